// Whether an element is on the screen, or nearly: what is not need not be drawn.

/** Tells it at first and on every change; for {@attach …}. */
export const inView = (tell: (seen: boolean) => void) => (element: Element) => {
  const nearly = '200px 0px';
  const observer = new IntersectionObserver((entries) => tell(entries.at(-1)!.isIntersecting), {
    rootMargin: nearly,
    scrollMargin: nearly,
  });
  observer.observe(element);
  return () => observer.disconnect();
};
