import { setFlagsFromString } from 'node:v8';

// Large answers are garbage as soon as they are judged. V8 is told to collect before it grows: behind an exchange that sends what
// none should, 200 MB instead of 330, and long ledgers are judged as fast. Imported before anything that allocates.
setFlagsFromString('--optimize-for-size');
