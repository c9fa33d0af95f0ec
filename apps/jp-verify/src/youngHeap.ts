import { setFlagsFromString } from 'node:v8';

// Large answers are garbage as soon as they are judged. With a small young generation it is collected before it has spread over
// 300 MB; imported before anything that allocates.
setFlagsFromString('--max-semi-space-size=2');
