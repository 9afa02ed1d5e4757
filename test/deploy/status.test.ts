import { describe, expect, it } from 'vitest';
import { useFixture, others } from './fixture.js';
import { groupArn } from './fleet.js';
import { mli } from './mli-process.js';

const lineA = groupArn('line-a');
const fixture = useFixture();

describe('mli deploy status', () => {
  it('shows a deployment by its id or by its target, and ends with 1 where a device failed', async () => {
    fixture.cloud.fleet.addDevice('device-1', { groups: [lineA], says: ['SUCCEEDED'] });
    const id = fixture.cloud.fleet.deploy({
      targetArn: lineA,
      deploymentName: 'line A',
      components: { ...others },
    });
    const status = (what: string) => mli(['deploy', 'status', what], fixture.cloud.environment);
    const [byId, byTarget] = [await status(id), await status(lineA)];
    expect([byId.code, byId.out]).toEqual([0, byTarget.out]);
    expect(byId.out).toContain(`Deployment ${id} “line A”`);
    expect(byId.out).toContain('com.example.Gateway 2.1.0');
    expect(byId.out).toContain('device-1  SUCCEEDED');
    fixture.cloud.fleet.addDevice('device-2', { groups: [lineA], says: ['TIMED_OUT'] });
    expect(await status(id)).toMatchObject({
      code: 1,
      out: expect.stringContaining('2 of 2 devices finished, 1 failed') as unknown,
    });
  });

  it('says so where there is no deployment, and where the region is not known', async () => {
    expect(await mli(['deploy', 'status', lineA], fixture.cloud.environment)).toMatchObject({
      code: 0,
      out: 'line-a has no deployment.\n',
    });
    const unknown = await mli(['deploy', 'status', 'd-1'], fixture.cloud.environment);
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('There is no deployment d-1')]);
    const entries = Object.entries(fixture.cloud.environment).filter(([name]) => name !== 'AWS_REGION');
    for (const extra of [{}, { AWS_REGION: 'no region' }]) {
      const { code, err } = await mli(['deploy', 'status', 'd-1'], {
        ...Object.fromEntries(entries),
        ...extra,
      });
      expect([code, err]).toEqual([1, expect.stringContaining('Give --region, or set AWS_REGION.')]);
    }
  });
});
