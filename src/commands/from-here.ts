import { type Endpoint, formatEndpoint } from '../domain/endpoint.ts';
import { describeFailure } from '../domain/outcome.ts';
import { fromHereLine } from '../report/ndjson.ts';
import type { EndpointReport } from '../report/run-report.ts';
import { knock } from '../transport/knock.ts';
import type { Io } from './io.ts';

/** Linux repeats an unanswered SYN after 1 s and 3 s: both repetitions have had their time by then. */
const patienceMs = 5000;

/** An endpoint, and after how many milliseconds it answered or why it did not. */
type Answer = { readonly endpoint: string; readonly answer: Awaited<ReturnType<typeof knock>> };

/** Connects to each endpoint from this machine, as a client would. */
export function askFromHere(endpoints: readonly Endpoint[]): Promise<readonly Answer[]> {
  return Promise.all(
    endpoints.map(async (endpoint) => ({
      endpoint: formatEndpoint(endpoint),
      answer: await knock(endpoint, patienceMs),
    })),
  );
}

/** Tells how each endpoint answered. Gives the trouble with each; null where it answers. */
export function tellFromHere(answers: readonly Answer[], output: 'text' | 'json', io: Io): readonly EndpointReport[] {
  return answers.map(({ endpoint, answer }) => {
    const trouble = answer.ok ? null : describeFailure(answer.error);
    if (output === 'json') io.stdout(fromHereLine(endpoint, trouble));
    else if (answer.ok) io.stdout(`From here: ${endpoint} answers, after ${Math.ceil(answer.value)} ms.\n`);
    else io.stdout(`From here: ${trouble}\n`);
    return { endpoint, trouble };
  });
}
