/** The specification on the demo's origin: it alone knows where the chapters are and how they are linked. */
import { readdirSync, readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { answerProblem } from '../answer-problem.ts'
import { writePage } from '../page.ts'
import { renderChapter } from './markdown.ts'

/** Where a requirement can be read: `/spec/<chapter>#<id>`. */
export function writeRequirementLink(id: string): string {
  return `/spec/${id.split('.', 1)[0]}#${id}`
}

/** Makes the routes of the chapters in a folder: `/spec/<chapter>` to read, and `/spec/<chapter>.md` as it is written. */
export function makeSpecRoutes(folder: URL): Hono {
  const chapters = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => [name.slice(0, -'.md'.length), readFileSync(new URL(name, folder), 'utf8')]),
  )
  const routes = new Hono()
  routes.get('/spec', (context) => context.redirect('/spec/', 308))
  const answer = (context: Context, name: string): Response | Promise<Response> => {
    const isRaw = name.endsWith('.md')
    const markdown = chapters.get(isRaw ? name.slice(0, -'.md'.length) : name || 'README')
    if (markdown === undefined) return answerProblem(context, 404, 'there is no such chapter')
    if (isRaw) return context.text(markdown)
    const { title, body } = renderChapter(markdown)
    const main = html`<article class="prose">${body}</article>
      <p class="muted"><a href="/spec/">All chapters</a> · <a href="/spec/${name || 'README'}.md">This one as Markdown</a></p>`
    return context.html(
      writePage({ title: name === '' ? 'Specification' : title, scripts: [], main }),
    )
  }
  routes.get('/spec/', (context) => answer(context, ''))
  routes.get('/spec/:name', (context) => answer(context, context.req.param('name')))
  return routes
}
