// The page of the simulated exchange: opens a position, shows what LiqPass needs of it, moves the market, liquidates.

import { ask, makeWell } from './playClient.js';
import { TEXTS } from './playTexts.js';

let language = navigator.language.startsWith('zh') ? 'zh' : 'en';
const t = (key) => TEXTS[language][key];
const at = (id) => document.getElementById(id);

/** An element with text or children; texts from the exchange never become markup. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (typeof value === 'function') element.addEventListener(key, value);
    else element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function say(text, refused = false) {
  at('said').textContent = text;
  at('said').className = refused ? 'refused' : '';
}

/** Does it, says what came of it, and shows the exchange as it is then. */
async function act(what, done) {
  try {
    await what();
    say(t(done));
  } catch (error) {
    say(error instanceof TypeError ? t('unreachable') : error.message, true);
  }
  await look();
}

/** The keys of accounts that this page opened, and the order of each position: for this tab alone. */
const kept = JSON.parse(sessionStorage.getItem('play') ?? '{"keys":{},"orders":{}}');
const keep = () => sessionStorage.setItem('play', JSON.stringify(kept));

async function open({ instId, posSide, lever, ownKey }) {
  const account = ownKey ? await ask('/accounts', { label: 'play', balance: '100000' }) : null;
  const order = await ask('/orders', {
    ...(account && { uid: account.uid }),
    instId,
    posSide,
    side: posSide === 'long' ? 'buy' : 'sell',
    sz: instId.startsWith('BTC') ? '0.64' : '2',
    lever,
  });
  const uid = account?.uid ?? state.defaultUid;
  if (account) {
    const { apiKey, secretKey, passphrase } = account;
    kept.keys[uid] = { apiKey, secretKey, passphrase };
  }
  kept.orders[slotOf({ uid }, { instId, posSide })] = order.ordId;
  keep();
}

function copyable(label, text) {
  const copy = () => navigator.clipboard.writeText(text).then(() => say(t('copied')));
  return make(
    'div',
    {},
    make('dt', {}, label),
    make(
      'dd',
      {},
      make('code', {}, text),
      ' ',
      make(
        'button',
        { type: 'button', class: 'quiet', click: copy, 'aria-label': `${t('copy')}: ${label}` },
        t('copy'),
      ),
    ),
  );
}
const fact = (label, text) => make('div', {}, make('dt', {}, label), make('dd', { class: 'num' }, text));
/** A figure that moves: only its text is written anew, so that focus and selection around it stay. */
const live = (label, name) => make('div', {}, make('dt', {}, label), make('dd', { class: 'num', 'data-live': name }));

/** Positions whose triggers are unfolded; drawn anew they stay so. */
const unfolded = new Set();

const slotOf = ({ uid }, { instId, posSide }) => `${uid} ${instId} ${posSide}`;

function positionCard(account, position) {
  const { instId, posSide, avgPx, liqPx, lever } = position;
  const slot = { uid: account.uid, instId, posSide };
  const name = slotOf(account, position);
  const ordId = kept.orders[name];
  const keys = kept.keys[account.uid];
  const why = account.uid === state.defaultUid ? t('by_number') : keys === undefined ? t('key_gone') : '';
  const button = (kind, command, done, text) =>
    make('button', { type: 'button', class: kind, click: () => act(() => ask(command, slot), done) }, text);
  return make(
    'article',
    {},
    make('strong', {}, `${instId} · ${t(posSide)} · ${lever}x`),
    make(
      'dl',
      {},
      fact(t('entry'), avgPx),
      live(t('mark'), `mark ${name}`),
      fact(t('liq'), liqPx),
      live(t('distance'), `distance ${name}`),
    ),
    make(
      'dl',
      {},
      ...(ordId === undefined ? [] : [copyable(t('order'), ordId)]),
      ...(keys === undefined
        ? []
        : [
            copyable(t('api_key'), keys.apiKey),
            copyable(t('secret'), keys.secretKey),
            copyable(t('passphrase'), keys.passphrase),
          ]),
    ),
    make('p', { class: 'muted' }, why),
    make(
      'div',
      { class: 'actions' },
      button('danger', '/liquidate', 'liquidated', t('liquidate')),
      button('quiet', '/close', 'closed', t('close')),
    ),
    make(
      'details',
      {
        ...(unfolded.has(name) && { open: '' }),
        toggle: ({ target }) => (target.open ? unfolded.add(name) : unfolded.delete(name)),
      },
      make('summary', {}, t('more')),
      make('p', { class: 'muted' }, t('more_why')),
      make(
        'div',
        { class: 'actions' },
        trigger('near', () => ask('/marks', { instId, how: 'move', px: nearPx(position) })),
        trigger('take_out', () => ask('/margin', { ...slot, amt: (-0.2 * position.margin).toFixed(2) })),
        trigger('put_in', () => ask('/margin', { ...slot, amt: (0.2 * position.margin).toFixed(2) })),
        trigger('raise', () => ask('/leverage', { ...slot, lever: String(Math.ceil(lever * 1.2)) })),
        trigger('add', () =>
          ask('/orders', { ...slot, side: posSide === 'long' ? 'buy' : 'sell', sz: position.pos, lever }),
        ),
        trigger('liquidate_part', () => ask('/liquidate', { ...slot, share: '0.5' })),
        ...(account.uid === state.defaultUid ? [] : [trigger('kill_key', () => newKey(account.uid))]),
      ),
    ),
  );
}

/** What LiqPass tells whoever asked to be told. */
const trigger = (name, what) =>
  make('button', { type: 'button', class: 'quiet', click: () => act(what, 'triggered') }, t(name));

/** A mark two hundredths from the liquidation price. */
const nearPx = ({ posSide, liqPx }) => (posSide === 'long' ? liqPx / 0.98 : liqPx / 1.02).toFixed(1);

/** The old key is deleted at the exchange; the new one is shown with the position. */
async function newKey(uid) {
  const { apiKey, secretKey, passphrase } = await ask(`/accounts/${uid}/key`, {});
  kept.keys[uid] = { apiKey, secretKey, passphrase };
  keep();
}

function marketRow({ instId }) {
  const px = (factor) => (state.markets.find((market) => market.instId === instId).markPx * factor).toFixed(1);
  const button = (factor, text) =>
    make(
      'button',
      {
        type: 'button',
        class: 'quiet',
        click: () => act(() => ask('/marks', { instId, how: 'move', px: px(factor) }), 'moved'),
        'aria-label': `${instId} ${text}`,
      },
      text,
    );
  return make(
    'div',
    { class: 'actions' },
    make('span', {}, `${instId} `, make('span', { class: 'num', 'data-live': `mark ${instId}` })),
    button(0.99, t('down')),
    button(1.01, t('up')),
  );
}

let state;
let trial;
let shown = '';
/** Shows the exchange as it is now. */
async function look() {
  try {
    state = await ask('/state');
    trial ??= await ask('/trial');
  } catch {
    say(t('unreachable'), true);
    return;
  }
  const { markets, accounts } = state;
  const open = accounts.flatMap((account) => account.positions.map((position) => ({ account, position })));
  const now = JSON.stringify([
    language,
    open.map(({ account, position }) => [
      slotOf(account, position),
      position.avgPx,
      position.liqPx,
      position.lever,
      position.margin,
      account.apiKey,
    ]),
  ]);
  if (now !== shown) {
    shown = now;
    const cards = open.map(({ account, position }) => positionCard(account, position));
    at('positions').replaceChildren(...(cards.length === 0 ? [make('p', { class: 'muted' }, t('none'))] : cards));
    at('market').replaceChildren(...markets.map(marketRow));
  }
  at('trouble').textContent = t(state.faults.length === 0 ? 'well' : 'unwell');
  const figures = {};
  for (const { instId, markPx } of markets) figures[`mark ${instId}`] = markPx;
  for (const { account, position } of open) {
    const { markPx, liqPx } = position;
    figures[`mark ${slotOf(account, position)}`] = markPx;
    figures[`distance ${slotOf(account, position)}`] = `${((Math.abs(markPx - liqPx) / markPx) * 100).toFixed(2)} %`;
  }
  for (const element of document.querySelectorAll('[data-live]'))
    element.textContent = figures[element.dataset.live] ?? '';
}

function write() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = t(element.dataset.text);
  at('language').textContent = language === 'zh' ? 'English' : '中文';
  const anchor = (href, text) => make('a', { href, target: '_blank', rel: 'noopener' }, text);
  const link = (href, text) => make('li', {}, anchor(href, text));
  const shop = trial?.shop ?? 'http://127.0.0.1:3001';
  const door = anchor(`${shop}/admin/claims`, t('confirm'));
  at('steps').replaceChildren(
    link(`${shop}/buy`, t('buy')),
    make('li', {}, door, ...(trial?.operatorKey ? [make('dl', {}, copyable(t('key'), trial.operatorKey))] : [])),

    make('li', {}, t('liquidate_then')),
    link(`${shop}/policies`, t('claim')),
  );
}

at('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  write();
  void look();
});
at('open').addEventListener('submit', (event) => {
  event.preventDefault();
  const { instId, posSide, lever, ownKey } = event.target.elements;
  const asked = { instId: instId.value, posSide: posSide.value, lever: lever.value, ownKey: ownKey.checked };
  void act(() => open(asked), 'opened');
});
at('calm').addEventListener('click', () => {
  const since = new Date(Date.now() - 86_400_000).toISOString();
  void act(() => ask('/market', { volatility: 1, since }), 'calmed');
});

for (const [id, what] of [
  ['down', () => ask('/faults', { kind: 'unavailable' })],
  ['maintenance', () => ask('/faults', { kind: 'maintenance' })],
  ['cure', makeWell],
])
  at(id).addEventListener('click', () => void act(what, 'triggered'));

write();
await look();
write();
setInterval(() => void look(), 2_000);
