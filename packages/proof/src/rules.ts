/** The version of the proof, as signed statements name it: another one wherever the same evidence may lead to another answer. */
export const PROOF_RULES = 'liqpass-proof/2';
