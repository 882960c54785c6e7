"""Making avatars: face measurement, styles, jobs and the browser studio."""
