import { useEffect, useRef, useState, type ReactNode } from 'react';
import { oncePageStands } from '../data/oncePageStands.ts';
import { Skeleton } from './kit.tsx';

/** Draws, and so loads, what is in it once the page stands and nearly all of the place for it is in view. */
export function WhenSeen({ children }: { children: ReactNode }) {
  const [seen, setSeen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setSeen(true);
      },
      // Not 1: rounded to whole pixels a place may never be wholly in view.
      { threshold: 0.9 },
    );
    const callOff = oncePageStands(() => place.current && observer.observe(place.current));
    return () => {
      callOff();
      observer.disconnect();
    };
  }, []);
  if (seen) return children;
  return (
    <div ref={place}>
      <Skeleton lines={4} />
    </div>
  );
}
