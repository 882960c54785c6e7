// Waiting for a seat: how many are before one, how long it may take, in words.

import { about, capital } from "./duration.js";

const COUNTS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];

// `place` counts from one: whoever is first is let in next.
export function wordsForPlace(place) {
  const before = place - 1;
  if (before <= 0) return "You are next.";
  const count = COUNTS[before] ?? String(before);
  return before === 1 ? "One person is before you." : `${count} people are before you.`;
}

export const wordsForWait = (seconds) => `${capital(about(seconds))}.`;
