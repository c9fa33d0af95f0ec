/** Asks the exchange's control; an answer that refuses is thrown with its sentence. */
export async function ask(path, body) {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return answerOf(await fetch(`/control${path}`, body === undefined ? {} : post));
}

/** Takes every fault away: the exchange is well again. */
export const makeWell = async () => answerOf(await fetch('/control/faults', { method: 'DELETE' }));

async function answerOf(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}
