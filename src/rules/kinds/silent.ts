import { z } from 'zod';
import type { DeviceType } from '../../model/device-type.ts';
import { Duration } from '../duration.ts';
import { declareKind } from './kind.ts';

const ByPower = z.strictObject({
  mains: Duration.optional().meta({ label: { zh: '市电设备', en: 'Devices on the mains' } }),
  cellular: Duration.optional().meta({ label: { zh: '4G 设备', en: '4G terminals' } }),
  battery: Duration.optional().meta({ label: { zh: '电池设备', en: 'Battery devices' } }),
});

const what = { label: { zh: '什么没有了', en: 'What is missing' } } as const;

const Params = z.discriminatedUnion('what', [
  z
    .strictObject({
      what: z.literal('data').meta(what),
      after: z
        .union(
          [
            Duration.meta({ label: { zh: '所有设备一样', en: 'The same for all' } }),
            ByPower.meta({ label: { zh: '按供电方式', en: 'By power source' } }),
          ],
          'must be a length of time like 10m, or one by power source',
        )
        .meta({ label: { zh: '多久没有消息', en: 'Nothing heard for' } }),
    })
    .meta({ label: { zh: '无数据', en: 'No data' } }),
  z.strictObject({ what: z.literal('link').meta(what) }).meta({ label: { zh: '连接中断', en: 'Link down' } }),
  z
    .strictObject({ what: z.literal('hub').meta(what) })
    .meta({ label: { zh: '网关连接中断', en: 'Hub down' } }),
]);

const isHub = (type: DeviceType): boolean => type.name === 'hub';

/** Silence, three things said apart. `data`: nothing was heard of the device for `after`, one length of time for all or one by power source. `link`: its connection is down (the rule's on-delay is the grace), which says nothing about a device that sleeps between its messages; a link that is back ends the condition only when it has stood for the off-delay, 30 s at least, so that one that comes and goes is down. `hub`: the connection of a hub is down, so that of the devices it carries nothing is known. */
export const silent = declareKind({
  name: 'silent',
  label: { zh: '失联', en: 'Silence' },
  params: Params,
  branches: (params) => {
    switch (params.what) {
      case 'link':
        return [{ condition: { on: 'link', concerns: (type) => type.power !== 'battery' && !isHub(type) } }];
      case 'hub':
        return [{ condition: { on: 'link', concerns: isHub } }];
      case 'data': {
        const { after } = params;
        const afterMs = typeof after === 'number' ? () => after : (power: keyof typeof after) => after[power];
        return [{ condition: { on: 'silence', afterMs: (power) => afterMs(power) ?? null } }];
      }
    }
  },
  faults: (params, type) => {
    if (params.what === 'link') return [];
    if (params.what === 'hub')
      return isHub(type) ? [] : [`${type.name} is no hub: it carries no other devices`];
    const afterMs = typeof params.after === 'number' ? params.after : params.after[type.power];
    return afterMs === undefined || afterMs > type.reportEveryMs
      ? []
      : [
          `${type.name} reports every ${type.reportEveryMs / 1000} s: it would be called silent between two reports`,
        ];
  },
});
