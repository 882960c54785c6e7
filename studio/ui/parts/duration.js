// How long something takes, in words that promise no more than is known.

const HOUR = 3600; // seconds
const IN_MINUTES = 90; // seconds, from which minutes are said
const IN_HOURS = 1.5 * HOUR;

export function about(seconds) {
  if (seconds <= 3) return "a few seconds";
  if (seconds < IN_MINUTES) return `about ${Math.ceil(seconds / 5) * 5} seconds`;
  if (seconds < IN_HOURS) return `about ${Math.round(seconds / 60)} minutes`;
  return `about ${Math.round(seconds / HOUR)} hours`;
}

export const capital = (words) => words[0].toUpperCase() + words.slice(1);
