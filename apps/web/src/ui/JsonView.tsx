import { useEffect, useMemo, useRef } from 'react';

type Line = {
  pointer: string;
  indent: number;
  key: string | null;
  text: string;
  kind: 'mark' | 'text' | 'number' | 'word';
};

/** The lines of pretty-printed JSON, each with its JSON pointer (RFC 6901). */
export function jsonLines(value: unknown): Line[] {
  const out: Line[] = [];
  const walk = (node: unknown, pointer: string, indent: number, key: string | null, comma: string): void => {
    if (typeof node === 'object' && node !== null) {
      const array = Array.isArray(node);
      const entries: [string, unknown][] = Object.entries(node);
      const [open, close] = array ? ['[', ']'] : ['{', '}'];
      if (entries.length === 0) {
        out.push({ pointer, indent, key, text: `${open}${close}${comma}`, kind: 'mark' });
        return;
      }
      out.push({ pointer, indent, key, text: open, kind: 'mark' });
      for (const [index, [name, child]] of entries.entries())
        walk(
          child,
          `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          indent + 1,
          array ? null : name,
          index === entries.length - 1 ? '' : ',',
        );
      out.push({ pointer: `${pointer}#`, indent, key: null, text: `${close}${comma}`, kind: 'mark' });
    } else {
      const kind = typeof node === 'string' ? 'text' : typeof node === 'number' ? 'number' : 'word';
      out.push({ pointer, indent, key, text: `${JSON.stringify(node)}${comma}`, kind });
    }
  };
  walk(value, '', 0, null, '');
  return out;
}

/** JSON as it is kept; the chosen pointer is marked and scrolled into view. */
export function JsonView({ value, pointer, label }: { value: unknown; pointer?: string | null; label: string }) {
  const lines = useMemo(() => jsonLines(value), [value]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const marked = box.current?.querySelector<HTMLElement>('[data-marked]');
    if (box.current && marked)
      box.current.scrollTo({ top: marked.offsetTop - box.current.clientHeight / 2, behavior: 'smooth' });
  }, [pointer, value]);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="region"
      aria-label={label}
      className="num relative h-full max-h-[70vh] overflow-auto bg-sunken py-3 text-[13px] leading-6"
    >
      {lines.map((line, index) => {
        const marked = pointer !== undefined && pointer !== null && line.pointer === pointer;
        return (
          <div
            key={line.pointer}
            data-marked={marked || undefined}
            className={`grid grid-cols-[44px_1fr] whitespace-pre ${marked ? 'bg-wait-soft shadow-[inset_3px_0_0_var(--wait)]' : ''}`}
          >
            <span aria-hidden="true" className="pr-3 text-right text-muted select-none">
              {index + 1}
            </span>
            <span style={{ paddingLeft: line.indent * 14 }}>
              {line.key !== null && <span className="text-muted">&quot;{line.key}&quot;: </span>}
              <span
                className={line.kind === 'text' ? 'text-ink' : line.kind === 'number' ? 'text-floor' : 'text-muted'}
              >
                {line.text}
              </span>
            </span>
          </div>
        );
      })}
    </div>
  );
}
