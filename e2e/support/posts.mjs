/** Posts through the two administrators: the system administrator asks, the security administrator grants. */
import assert from 'node:assert/strict'

/** The security administrator grants the open request of an account, on the page. */
export function grantPost(as, displayName) {
  return as('secadmin', async (shen) => {
    await shen.open('/role-requests')
    const row = shen.page.getByRole('row').filter({ hasText: displayName })
    await row.getByRole('button', { name: '批准或不批准' }).click()
    await shen.press('批准上岗')
    await shen.sees(`${displayName}已上岗`)
  })
}

/** Over the API: what a journey needs beside its own subject. */
async function granted(as, ask) {
  await as('sysadmin', async (jiang) => {
    const answer = await ask(jiang)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  })
  await as('secadmin', async (shen) => {
    const { items } = await shen.read('/role-requests?status=requested')
    assert.equal(items.length, 1)
    const answer = await shen.call('POST', `/role-requests/${items[0].id}/decide`, { grant: true, reason: '' })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  })
}

/** Moves an account to another post, a new colleague taking over the old one. */
export async function moveToPost(as, loginName, role, division) {
  let account
  await granted(as, async (jiang) => {
    const { items } = await jiang.read('/accounts?limit=200')
    account = items.find(({ login_name: login }) => login === loginName)
    const successor = { login_name: `${loginName}.next`, display_name: '接任者', role: account.roles[0].code, division: account.division.code, reason: '接任' }
    const answer = await jiang.call('POST', '/accounts', successor)
    account.successor = answer.body.id
    return answer
  })
  await granted(as, (jiang) =>
    jiang.call('POST', `/accounts/${account.id}/role-requests`, { role, division, hand_over_to: account.successor, reason: '调任' }))
}
