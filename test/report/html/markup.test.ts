import { expect, it } from 'vitest';
import { html } from '../../../src/report/html/markup.ts';
import { formatHtml } from '../../../src/report/html/page.ts';
import { sampleHost, sampleReport } from '../sample-report.ts';

it('text becomes text and nothing else, in content and in attributes; markup and lists of it stay what they are', () => {
  const item = (text: string) => html`<li title="${text}">${text}</li>`;
  expect(html`<ul>${['"><script>', "'&`"].map(item)}</ul>${7}`.markup).toBe(
    '<ul><li title="&#34;&#62;&#60;script&#62;">&#34;&#62;&#60;script&#62;</li><li title="&#39;&#38;&#96;">&#39;&#38;&#96;</li></ul>7',
  );
});

it('what a host says can end no element of the page and begin none, wherever it is printed', () => {
  const evil = '</script><img src=x onerror=alert(1)>';
  const because = { kind: 'step', step: evil, message: evil } as const;
  const finding = { code: 'missing', where: 'running', subject: evil, message: evil, hint: evil } as const;
  const plan = {
    ...{ decisions: [], links: [], warnings: [{ code: evil, message: evil, hint: evil }], obstacles: [] },
    files: [{ kind: 'create', path: evil, cause: 'inventory', diff: `+${evil}` } as const],
    runtime: [{ sign: '+', subject: 'rule', words: evil, commands: [evil] } as const],
  };
  const page = formatHtml(
    sampleReport(
      [
        sampleHost(evil, { findings: [finding], plan }),
        sampleHost('n2', { outcome: { status: 'stranded', because, details: evil, command: evil }, plan: null }),
      ],
      { fromHere: [{ endpoint: evil, trouble: evil }] },
    ),
  );
  expect(page.match(/<img|<\/script>/g)).toEqual(['</script>']);
});
