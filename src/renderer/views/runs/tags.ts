// Tags as a person types them.

/** At most 100 different ones of at most 200 characters. */
export function tagsOf(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim().slice(0, 200));
  return [...new Set(tags.filter(Boolean))].slice(0, 100);
}
