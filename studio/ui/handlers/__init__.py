"""What each page asks of the studio, as plain functions of named inputs."""
