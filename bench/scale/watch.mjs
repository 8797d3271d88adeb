import { readdirSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/* Loaded into the program that is measured: writes what it needed to the file MLBROUTE_BENCH_WATCH when it ends. */

const file = process.env.MLBROUTE_BENCH_WATCH ?? '';
// What it starts itself is not measured.
delete process.env.NODE_OPTIONS;
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let openFiles = 0;
const count = () => {
  openFiles = Math.max(openFiles, readdirSync('/proc/self/fd').length - 1);
};
setInterval(count, 50).unref();
process.on('exit', () => {
  delay.disable();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const lagMs = (percent) => delay.percentile(percent) / 1e6 - 5;
  writeFileSync(
    file,
    JSON.stringify({
      cpuMs: (userCPUTime + systemCPUTime) / 1000,
      memoryKb: maxRSS,
      openFiles,
      lagMs: { p99: lagMs(99), most: delay.max / 1e6 - 5 },
    }),
  );
});
