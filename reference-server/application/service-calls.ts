/** Calls of a service over HTTP: it alone knows the network, the key and how an answer becomes a value or an error. */
import type { Problem, Types } from '@channel-protocol/schemas/types'
import { type TypeName, validate } from '@channel-protocol/schemas/validate'
import { Agent, type Dispatcher, request } from 'undici'
import { ServiceProblemError, ServiceUnreachableError } from './errors.ts'

const longestAnswerBytes = 4 * 1024 * 1024

/** The service that is called, and as whom. */
export interface CalledService {
  /** The base URL, with or without a slash at its end. */
  baseUrl: string
  /** Goes into the header of each call and nowhere else. */
  applicationKey: string
  /** Seconds for one whole call. */
  timeoutSeconds: number
  /** Connections to the service at most. */
  connections: number
}

/** Makes calls until it is stopped. */
export interface ServiceCalls {
  /**
   * POSTs `body` as JSON to a path below the base and answers what came, which has the named type.
   * Throws ServiceProblemError for any other answer and ServiceUnreachableError for none.
   */
  post<Name extends TypeName>(path: string, body: object, answers: Name): Promise<Types[Name]>
  /** Ends its connections. */
  stop(): Promise<void>
}

/** Makes the calls of one application. Connections are kept and bounded; redirects are never followed. */
export function makeServiceCalls(service: CalledService): ServiceCalls {
  const timeoutMs = service.timeoutSeconds * 1000
  const base = service.baseUrl.replace(/\/+$/, '')
  const agent = new Agent({
    connections: service.connections,
    connectTimeout: timeoutMs,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })

  async function exchange(path: string, body: object): Promise<Answered> {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const answer = await request(base + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${service.applicationKey}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
        dispatcher: agent,
        signal,
      })
      const { statusCode: status, headers } = answer
      return { status, headers, text: await readText(answer.body) }
    } catch (cause) {
      const what = signal.aborted
        ? `did not answer within ${service.timeoutSeconds} seconds`
        : 'cannot be reached, or broke the connection'
      throw new ServiceUnreachableError(
        `The service at ${base} ${what}: see that it runs and that the base URL is right.`,
        { cause },
      )
    }
  }

  return {
    async post(path, body, answers) {
      const answered = await exchange(path, body)
      const { status, text } = answered
      if (status < 200 || status > 299) throw makeProblemError(base, answered)
      const judged = validate(answers, parseJson(text))
      if (judged.valid) return judged.value
      const places = judged.errors.map(({ pointer }) => pointer || 'the whole').join(', ')
      throw new ServiceProblemError(
        `${base}${path} answered ${status} with what is no ${answers} (${places}): is it a Channel Protocol service?`,
        { status },
      )
    },
    stop: () => agent.destroy(),
  }
}

interface Answered {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > longestAnswerBytes) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function makeProblemError(base: string, { status, headers, text }: Answered): ServiceProblemError {
  const judged = validate('Problem', parseJson(text))
  const seconds = Number(headers['retry-after'])
  const wait = Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {}
  if (!judged.valid) {
    return new ServiceProblemError(
      `${base} answered ${status} without a problem document: is it the base URL of a Channel Protocol service?`,
      { status, ...wait },
    )
  }
  const problem: Problem = judged.value
  const detail = problem.detail === undefined ? '' : `: ${problem.detail}`
  return new ServiceProblemError(
    `The service at ${base} refused with ${status} ${problem.code} (${problem.title})${detail}`,
    { status, problem, ...wait },
  )
}
