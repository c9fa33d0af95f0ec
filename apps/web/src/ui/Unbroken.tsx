import { Fragment } from 'react';

const INSTANT = /(\(?(?:\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}(?::\d{2})?(?: UTC\)?)?)/;

/** A text whose instants stay on one line each. */
export function Unbroken({ text }: { text: string }) {
  return text
    .split(INSTANT)
    .map((part, index) => (
      <Fragment key={index}>{index % 2 === 1 ? <span className="whitespace-nowrap">{part}</span> : part}</Fragment>
    ));
}
