import { expect, it } from 'vitest';
import { obstacleCodes } from '../../src/domain/obstacle.ts';
import { foreignFindings } from '../../src/plan/foreign-findings.ts';
import { samplePlan } from '../report/sample-plan.ts';

it('finds rules and routes of others in our ranges, and leaves other obstacles to the push', () => {
  const obstacles = obstacleCodes.map((code) => ({ code, message: `${code} is met`, hint: 'choose another' }));
  expect(foreignFindings(samplePlan('node1', { obstacles }))).toEqual(
    ['priority-in-use', 'before-local', 'table-in-use'].map((subject) => ({
      code: 'unexpected',
      where: 'running',
      subject,
      message: `${subject} is met`,
      hint: 'see whose it is and remove it there: a push with changes stops at it',
    })),
  );
});
