/** The call that reads the discovery document. */
import { type Handler, makeAnswer } from '../service.ts'

/**
 * Answers `GET {base}/v1`.
 * @spec discovery.document.answer
 */
export const answerDiscovery: Handler = async ({ rules, facts }) =>
  makeAnswer(200, rules.makeDiscovery(facts), rules.makeDiscoveryHeaders())
