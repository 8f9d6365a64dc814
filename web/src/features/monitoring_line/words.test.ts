import { describe, expect, it } from 'vitest'
import { eventsOf, parseWholeYuan, yuan } from './words'

const sign = (on: string, name = '甲') => ({ account_id: 'a', name, on, document_number: '', note: '' })

describe('the line in words', () => {
  it('writes whole yuan', () => {
    expect(yuan(6900)).toBe('6,900 元')
    expect(yuan(null)).toBe('—')
  })
  it('reads whole yuan only', () => {
    expect(parseWholeYuan('7,400 元')).toBe(7400)
    expect(parseWholeYuan('7400.5')).toBeNull()
    expect(parseWholeYuan('-3')).toBeNull()
    expect(parseWholeYuan('')).toBeNull()
  })
  it('tells what happened, oldest first, each filing with its answer', () => {
    const events = eventsOf({
      drafted: sign('2025-03-01'),
      submitted: sign('2025-03-02'),
      reviewed: sign('2025-03-03'),
      approved: sign('2025-03-04'),
      filings: [
        { sent: sign('2025-03-05'), recipient: '农业农村部', answer: { acknowledged: false, by: sign('2025-03-06') } },
        { sent: sign('2025-03-07'), recipient: '农业农村部', answer: null },
      ],
      published: sign('2025-03-08'),
      withdrawn: null,
      sent_back: [],
    })
    expect(events.map((event) => event.label)).toEqual(['起草', '送审', '研判', '批准', '报农业农村部备案', '备案被退回', '报农业农村部备案', '印发'])
  })
  it('keeps what was done before it went back', () => {
    const none = { published: null, withdrawn: null, submitted: null, reviewed: null, approved: null, filings: [] }
    const earlier = {
      amount_yuan: 7800,
      effective_from: '2025-03-10',
      drafted: sign('2025-03-01'),
      submitted: sign('2025-03-01'),
      reviewed: sign('2025-03-01'),
      approved: sign('2025-03-01'),
      filings: [{ sent: sign('2025-03-01'), recipient: '农业农村部', answer: { acknowledged: false, by: sign('2025-03-01') } }],
    }
    const events = eventsOf({ ...none, drafted: sign('2025-03-01'), sent_back: [sign('2025-03-01')], earlier: [earlier] })
    expect(events.map((event) => event.label)).toEqual(['起草', '送审', '研判', '批准', '报农业农村部备案', '备案被退回', '退回', '起草'])
    expect(events[0]!.note).toBe('拟定 7,800 元')
  })
})
