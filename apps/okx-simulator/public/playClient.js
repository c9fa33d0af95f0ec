/** Asks the exchange's control; an answer that refuses is thrown with its sentence. */
export async function ask(path, body) {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`/control${path}`, body === undefined ? {} : post);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}
