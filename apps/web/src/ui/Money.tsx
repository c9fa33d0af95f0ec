import clsx from 'clsx';
import { hexGroups, money, price, shortHex, shownAmount } from '../format.ts';
import { CopyButton } from './kit.tsx';

/** An amount of USDC, always in the same form. */
export function Money({ usdc, className }: { usdc: string; className?: string }) {
  return (
    <span translate="no" className={clsx('num whitespace-nowrap', className)}>
      {money(usdc)} <span className="text-[0.8em] font-normal">USDC</span>
    </span>
  );
}

/** An amount as the exchange reckons it: short for the eye, with every decimal behind it. */
export function ExchangeAmount({ amount, ccy }: { amount: string; ccy?: string }) {
  return (
    <span
      translate="no"
      className="num whitespace-nowrap"
      title={`${price(amount)}${ccy === undefined ? '' : ` ${ccy}`}`}
    >
      {shownAmount(amount)}
      {ccy !== undefined && <span className="text-[0.8em]"> {ccy}</span>}
    </span>
  );
}

/** An address in groups of four, both ends marked: to compare by eye. */
export function HexGroups({ value }: { value: string }) {
  const groups = hexGroups(value);
  return (
    <p translate="no" className="num flex flex-wrap gap-x-1.5">
      {groups.map((part, index) => (
        <span key={index} className={index < 2 || index === groups.length - 1 ? 'font-semibold' : ''}>
          {part}
        </span>
      ))}
    </p>
  );
}

/** A hash or an address, shortened for the eye and whole for the clipboard; a link where an explorer is known. */
export function Hash({ value, label, href }: { value: string; label: string; href?: string | null }) {
  return (
    <span translate="no" className="num -my-2.5 inline-flex items-center">
      {href ? (
        <a href={href} target="_blank" rel="noreferrer" className="link">
          {shortHex(value)}
        </a>
      ) : (
        shortHex(value)
      )}
      <CopyButton text={value} label={label} />
    </span>
  );
}
