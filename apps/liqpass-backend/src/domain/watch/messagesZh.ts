import { formatIso, HOUR_MS } from '@liqpass/kernel/time';
import type { Wordings } from './wording.ts';

const CHANGES: Readonly<Record<string, string>> = {
  MARGIN_ADDED: '追加了保证金',
  MARGIN_REMOVED: '转出了保证金',
  LEVERAGE_CHANGED: '调整了杠杆',
  SIZE_ADDED: '加了仓',
  SIZE_REDUCED: '仓位变小了',
};
const HOLDS = ['MARGIN_REMOVED', 'LEVERAGE_CHANGED', 'SIZE_ADDED'];

/** "2026-07-01 18:30 UTC", and what the clock says in China then: what time zone a reader is in nobody knows. */
function withBeijing(utc: string): string {
  const atMs = Date.parse(utc.replace(' UTC', 'Z').replace(' ', 'T'));
  if (Number.isNaN(atMs)) return utc;
  return `${utc}（北京时间 ${formatIso(atMs + 8 * HOUR_MS)
    .slice(0, 16)
    .replace('T', ' ')}）`;
}

export const ZH: Wordings = {
  TEST: () => ['LiqPass：通知已连通', '有关你保障的消息会发到这里。'],
  CONFIRM: () => [
    'LiqPass：请确认此地址',
    '有人请求把其保障的消息发到这里。打开链接即可确认；如果不是你本人，请忽略，之后不会再收到消息。',
  ],
  PAYMENT_SEEN: () => ['已看到你的付款', '付款已上链，尚未最终确认。你无需操作，生效时会通知你。'],
  PAID: ({ amount }) => ['你的付款已入账', `${amount ? `收到 ${amount} USDC。` : ''}保障从何时开始，请见保单页。`],
  REFUND_DUE: () => ['你的付款未能购得保障，将退回', '原因见保单页。你目前没有保障。请检查退款地址是否正确。'],
  REFUNDED: ({ amount }) => ['你的付款已退回', `${amount ? `${amount} USDC ` : ''}已转出，交易见保单页。`],
  COVER_BEGINS: () => ['你的保障已开始', '从现在到保障结束，仓位被强平即在保障范围内。'],
  NEAR: ({ distance, liq_px: liqPx, mark_px: markPx }) => [
    `接近强平：仅差 ${distance}%`,
    `标记价格 ${markPx}，强平价 ${liqPx}。你可以在 OKX 追加保证金或减仓。`,
  ],
  POSITION_CHANGED: ({ kind = '', before, after, amount }) => [
    `你的仓位有变化：${CHANGES[kind] ?? kind}`,
    `${amount ? `数额：${amount}。` : before && after ? `从 ${before} 变为 ${after}。` : ''}${
      HOLDS.includes(kind) ? '保障继续；理赔在赔付前会由人工查看。' : '保障照旧。'
    }如果不是你本人操作，请立即检查你的 OKX 账户。`,
  ],
  PARTLY_LIQUIDATED: () => [
    '你的仓位被部分强平',
    '证据已保存。其余仓位仍在，保障继续：现在申请只赔这一部分；等其余仓位有结果后再申请则按全部计算。一份保障只能申请一次理赔。',
  ],
  LIQUIDATED: () => ['你的仓位已被强平', '证据已保存。请在保单页提交理赔，内容已填好。'],
  POSITION_CLOSED: () => ['你的仓位已平仓', '并非强平，此后没有需要保障的仓位。'],
  CLAIM_FILED: () => ['你的仓位已被强平，理赔已提交', '守望已按你的授权提交理赔。核验后由人工审核，结果会通知你。'],
  CLAIM_APPROVED: ({ amount }) => ['你的理赔已通过', `将向你的收款地址支付 ${amount ?? ''} USDC。`],
  CLAIM_REJECTED: ({ reason }) => ['你的理赔未通过', `原因：${reason ?? '–'}。证据和后续办法见保单页。`],
  CLAIM_PAID: ({ amount }) => ['你的理赔已赔付', `${amount ?? ''} USDC 已转到你的收款地址，交易见保单页。`],
  ENDS_SOON: ({ until }) => [
    '你的保障将在一小时内结束',
    `结束时间：${until ? withBeijing(until) : '–'}。打开链接即可继续投保；用密钥绑定的仓位，新保障从该时刻开始。`,
  ],
  KEY_DEAD: ({ code }) => [
    '守望已看不到你的仓位',
    `OKX 不再接受你的密钥（${code ?? '–'}）。保障继续，但无人守望，也不会自动提交理赔。请重新提供只读密钥。`,
  ],
  PAYMENT_REPORTED: ({ order, amount }) => ['有人报告已付款', `投保单 ${order}，${amount} USDC。请核对到账后标记。`],
  PAYMENT_UNMATCHED: ({ amount, tx }) => ['收到无法匹配的款项', `${amount} USDC，交易 ${tx}。请在付款页指定归属。`],
  CLAIM_TO_REVIEW: ({ claim, amount }) => ['有理赔待审核', `理赔 ${claim}，${amount} USDC。`],
  CLAIM_OVERDUE: ({ claim, hours }) => ['有理赔超过承诺时间', `理赔 ${claim} 已等待超过 ${hours} 小时，请立即审核。`],
  PAYOUT_DUE: ({ kind, amount }) => ['有款项待支付', `${amount} USDC（${kind}），见付款队列页。`],
  TREASURY_TROUBLE: ({ code }) => ['资金库无法读取或数据不可信', `${code}。支付任何款项前请先查看资金库页。`],
  BOOK_OFF: () => ['账簿合计不符', '在重新核对之前，全部暂停销售。'],
  CAPITAL_LOW: ({ capital, reserve }) => ['资金不足', `现有 ${capital} USDC，所需准备金 ${reserve} USDC。`],
  EXCHANGE_DOWN: () => ['交易所没有响应', '期间停止销售，也不会因此使理赔失败。'],
  AUDIT_BROKEN: ({ problems }) => [
    '审计记录校验不通过',
    `${problems} 处问题，用 npm run audit -- check 查看。请停止付款并查明原因。`,
  ],
  LOG_BROKEN: ({ reason = '' }) => [
    '公开日志异常',
    reason === 'STOPPED'
      ? '公开日志已超过五分钟无法写入，会继续重试。请查看后端日志中的原因。'
      : `数据库与已公开的日志不符（${reason}），已停止写入。数据库可能被改动或恢复成旧备份：请停止付款并查明原因。`,
  ],
  WATCH_BLIND: ({ order, code }) => ['有投保人的密钥失效', `投保单 ${order}：${code}。已通知投保人，保障继续。`],
  NEW_KEY_USED: ({ name }) => ['有密钥首次被使用', `${name}。如果无人知晓，请立即吊销。`],
};
