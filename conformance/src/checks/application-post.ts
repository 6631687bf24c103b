/** Checks of the chapter application, section posting: what a post becomes and who receives it. */

import type { Check } from '../check.ts'
import type { Page } from '../drive/application.ts'
import { disconnected, freshEpoch } from '../drive/application-reports.ts'
import type { Drive } from '../drive/drive.ts'
import { answeredWith, saidToBeJson, taken, welcomedAsSignedIn } from '../judges/application.ts'
import { lists, listsNot } from '../judges/application-list.ts'
import {
  answeredWithPush,
  heard,
  heardInOrder,
  reached,
  wellMade,
} from '../judges/application-post.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'

/** Values that a careless application changes on their way. */
const DELICATE_VALUES = [
  'grüß dich 你好 日本語 👩‍👩‍👧‍👦 \u{10ffff}',
  '"quotes" \' ` \\ \\" \\u0041 / and {"message":{"value":"x"}}',
  ' blanks at both ends \t',
  'lines\r\nand\nlines\rand \u2028 \u2029 \u0001 \u007f',
  '<b>&amp;</b><script>1</script> $(x) %s %20 + a=b&c=d;e',
  'e\u0301 Å é ﬁ \ufeff \ufffd',
] as const

/** Bytes of a message that every service takes. */
const FLOOR_BYTES = 32_767

/** Posts a fence as a page with its token, and waits until these pages hear it. */
export async function fence(drive: Drive, poster: Page, ...pages: readonly Page[]): Promise<void> {
  const value = drive.text()
  await drive.application.say('fence', poster, value)
  for (const page of [poster, ...pages]) await page.hears(value)
}

/** Somebody who posts, and somebody else. */
async function twoPages(drive: Drive): Promise<readonly [poster: Page, listener: Page]> {
  const listener = await drive.application.enter('listener')
  return [await drive.application.enter('poster'), listener]
}

/** In the order of the chapter. */
export const APPLICATION_POST_CHECKS: readonly Check[] = [
  {
    id: 'application.post.heard-once',
    proves: 'application.post.delivered',
    drive: async (drive) => {
      const [poster, listener] = await twoPages(drive)
      const value = drive.text()
      await drive.application.say('post', poster, value)
      await drive.application.say('post', poster, value)
      await fence(drive, poster, listener)
    },
    control: all(
      welcomedAsSignedIn('poster'),
      welcomedAsSignedIn('listener'),
      answeredWith('post', 200),
    ),
    judge: all(heard('poster', 'post'), heard('listener', 'post')),
    killedBy: [
      'leaves-poster-out',
      'sends-twice',
      'drops-repeated-values',
      'sends-to-poster-alone',
    ],
  },
  {
    id: 'application.post.gone-poster-hears',
    proves: 'application.post.delivered',
    needs: ['webhook-secret'],
    drive: async (drive) => {
      const { application } = drive
      const poster = await application.enter('poster')
      const mark = { epoch: freshEpoch() * 2, version: 2 }
      await application.report('gone', disconnected(poster, mark))
      await application.login('reader')
      const value = drive.text()
      await application.say('post', poster, value)
      await poster.hears(value)
    },
    control: all(
      welcomedAsSignedIn('poster'),
      taken('gone'),
      listsNot('reader', 'poster'),
      answeredWith('post', 200),
    ),
    judge: heard('poster', 'post'),
    killedBy: ['leaves-gone-poster-out'],
  },
  {
    id: 'application.post.echoed',
    proves: 'application.post.answered',
    drive: async (drive) => {
      const poster = await drive.application.enter('poster')
      const value = `"${drive.text()}" \u2028 grüß dich`
      await drive.application.say('post', poster, value)
      await poster.hears(value)
    },
    control: reached('poster', 'post'),
    judge: all(answeredWith('post', 200), saidToBeJson('post'), answeredWithPush('poster', 'post')),
    killedBy: ['answers-post-with-ok', 'writes-answer-anew', 'answers-post-as-text'],
  },
  {
    id: 'application.post.unchanged',
    proves: 'application.post.message',
    drive: async (drive) => {
      const [poster, listener] = await twoPages(drive)
      for (const value of DELICATE_VALUES) await drive.application.say('post', poster, value)
      await fence(drive, poster, listener)
    },
    control: all(reached('listener', 'fence'), answeredWith('post', 200)),
    judge: wellMade('listener', 'poster', 'post', 'fence'),
    killedBy: [
      'trims-values',
      'escapes-markup-in-values',
      'reads-forms-as-latin1',
      'composes-values',
      'dates-posts-locally',
      'dates-posts-without-offset',
      'joins-json-by-hand',
    ],
  },
  {
    id: 'application.post.in-order',
    proves: 'application.post.ordered',
    drive: async (drive) => {
      const [poster, listener] = await twoPages(drive)
      for (let count = 0; count < 10; count += 1)
        await drive.application.say('post', poster, drive.text())
      await fence(drive, poster, listener)
    },
    control: all(reached('listener', 'fence'), answeredWith('post', 200)),
    judge: heardInOrder('listener', 'post'),
    killedBy: ['sends-every-ninth-post-late'],
  },
  {
    id: 'application.post.form-read',
    proves: 'application.post.form',
    drive: async (drive) => {
      const { application } = drive
      const poster = await application.enter('poster')
      const { clientId: client_id, token } = poster
      const value = (): string => drive.text()
      await application.post('control', { client_id, value: value(), token })
      const type = 'application/x-www-form-urlencoded;charset=UTF-8'
      await application.post('post', { client_id, value: value(), token }, { type })
      const quoted = { type: `Application/X-WWW-Form-Urlencoded; Charset="utf-8"` }
      await application.post('post', { value: value(), token, client_id }, quoted)
      const query = `?time=${Date.now()}&value=wrong&client_id=wrong&token=wrong`
      const more = { time: '1', value: value(), room: 'a', client_id, token }
      await application.post('post', more, { query })
      await fence(drive, poster)
    },
    control: all(reached('poster', 'fence'), reached('poster', 'control')),
    judge: heard('poster', 'post'),
    killedBy: ['wants-media-type-alone', 'lets-query-outweigh-form', 'refuses-unknown-fields'],
  },
  {
    id: 'application.post.longest-taken',
    proves: 'application.post.size',
    drive: async (drive) => {
      const { application } = drive
      const poster = await application.enter('poster')
      const control = await application.say('control', poster, 'x')
      const overhead = Buffer.byteLength(control?.body ?? '') + 32
      const room = Math.max(0, FLOOR_BYTES - overhead)
      for (const value of ['x'.repeat(room), '語'.repeat(room / 3)]) {
        await application.say('post', poster, value)
        await poster.hears(value)
      }
    },
    control: all(welcomedAsSignedIn('poster'), answeredAs('control', 200, 'MessagePush')),
    judge: all(answeredWith('post', 200), heard('poster', 'post')),
    killedBy: ['bounds-values-at-10000', 'bounds-bodies-at-64-kib'],
  },
  {
    id: 'application.post.stays-unconnected',
    proves: 'application.users.unconnected',
    drive: async (drive) => {
      const { application } = drive
      const listener = await application.enter('listener')
      const newcomer = await application.login('newcomer')
      await application.say('post', newcomer, drive.text())
      await application.say('post', newcomer, drive.text())
      await application.login('reader')
      await fence(drive, listener)
    },
    control: all(reached('listener', 'fence'), lists('reader', 'listener', 'reader')),
    judge: all(answeredWith('post', 200), heard('listener', 'post'), lists('reader', 'newcomer')),
    killedBy: [
      'drops-poster-that-was-not-reached',
      'refuses-posts-of-unconnected',
      'sends-to-poster-alone',
    ],
  },
]
