// The stand-in for jp-verify as a process of its own, so that it can be killed: node verifierProcess.ts <port> <mood as JSON>
import { standInVerifier, type VerifierMood } from './standInVerifier.ts';

const [port = '0', mood = '{"answersAfterMs":0}'] = process.argv.slice(2);
const verifier = await standInVerifier(Number(port));
verifier.mood = JSON.parse(mood) as VerifierMood;
process.send?.('listening');
process.on('message', (message) => {
  verifier.mood = message as VerifierMood;
});
process.on('disconnect', () => process.exit(0));
