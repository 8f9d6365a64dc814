import { describe, expect, it } from 'vitest'
import { changeWords, useMeanwhile } from './meanwhile'

describe('a change by somebody else', () => {
  it('names the moment, the person and the act', () => {
    expect(changeWords({ by: '王晓舟', at: '2022-05-20T02:31:00Z', what: '乡级审核' })).toBe('2022年5月20日 10:31，王晓舟：乡级审核')
    expect(changeWords({ by: '王晓舟', at: '2022-05-20', what: '接收名单' })).toBe('2022年5月20日，王晓舟：接收名单')
    expect(changeWords({ by: '', at: null, what: '已并入另一条线索' })).toBe('已并入另一条线索')
  })
})

describe('useMeanwhile', () => {
  it('keeps the newest state aside until the person goes on', async () => {
    const taken: (number | null)[] = []
    const { meanwhile, look } = useMeanwhile(async () => 8, (fresh) => [{ by: '甲', at: null, what: `第 ${fresh} 版` }], (fresh) => taken.push(fresh))
    await look()
    expect(meanwhile.value?.changes).toEqual([{ by: '甲', at: null, what: '第 8 版' }])
    expect(taken).toEqual([])
    meanwhile.value?.goOn()
    expect(taken).toEqual([8])
    expect(meanwhile.value).toBeNull()
  })
  it('says so with nothing when it cannot be read any more', async () => {
    const taken: (number | null)[] = []
    const { meanwhile, look } = useMeanwhile<number>(() => Promise.reject(new Error('gone')), () => [], (fresh) => taken.push(fresh))
    await look()
    expect(meanwhile.value?.changes).toEqual([])
    meanwhile.value?.goOn()
    expect(taken).toEqual([null])
  })
})
