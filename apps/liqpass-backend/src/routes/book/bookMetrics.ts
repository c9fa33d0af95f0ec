import { Gauge, type Registry } from 'prom-client';
import type { BookContext } from '../../services/book/bookContext.ts';
import { isForWrongSums } from '../../services/book/checkBook.ts';

/** 1 while nothing is sold because the book's kept sums were not what it adds up to. */
export function measureBook(registry: Registry, ctx: Pick<BookContext, 'sales'>): void {
  new Gauge({
    name: 'liqpass_book_off',
    help: "1 while nothing is sold because the book's kept sums were not what it adds up to",
    registers: [registry],
    collect() {
      this.set(ctx.sales.list().some(isForWrongSums) ? 1 : 0);
    },
  });
}
