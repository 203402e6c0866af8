/** Puts a reference into the text of a formula. */

export function quotedRef(text: string, place: { start: number; end: number }, ref: string): { text: string; end: number } {
  return { text: text.slice(0, place.start) + ref + text.slice(place.end), end: place.start + ref.length };
}
