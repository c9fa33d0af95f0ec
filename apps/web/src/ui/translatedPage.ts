let stands = false;

/** Runs `before` on what a method of every node is called with; what it answers is passed on, or, where that is null, nothing is done. */
function guard(
  name: 'removeChild' | 'insertBefore',
  before: (parent: unknown, args: unknown[]) => unknown[] | null,
): void {
  const original: unknown = Reflect.get(Node.prototype, name);
  if (typeof original !== 'function') return;
  const value = new Proxy(original, {
    apply(method, parent, args: unknown[]): unknown {
      const meant = before(parent, args);
      return meant === null ? args[0] : Reflect.apply(method, parent, meant);
    },
  });
  Object.defineProperty(Node.prototype, name, { value, configurable: true, writable: true });
}
const isIn = (child: unknown, parent: unknown): boolean => child instanceof Node && child.parentNode === parent;

/**
 * A browser that translates a page puts its own elements in place of texts, and React, which looks for the texts it made,
 * throws. What is no longer where it was is then left alone. Figures are marked translate="no": they stay React's, and live.
 * Source: facebook/react issue 11538.
 */
export function standTranslation(): void {
  if (stands) return;
  stands = true;
  guard('removeChild', (parent, args) => (isIn(args[0], parent) ? args : null));
  guard('insertBefore', (parent, [made, before]) => [made, isIn(before, parent) ? before : null]);
}
