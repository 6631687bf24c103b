/** Faults of which report counts. */
import { isNewerPresence } from '@channel-protocol/reference-server/application'
import type { ChatFault } from '../parts.ts'

/** Each breaks what the chapter on presence asks of an application. */
export const versionFaults: readonly ChatFault[] = [
  {
    name: 'ignores-versions',
    misdeed: 'The report that arrives last counts.',
    breaks: ['presence.application.newest'],
    apply: ({ rules }) => {
      rules.isNewReport = (_user, report, epochFloor) => report.epoch >= epochFloor
    },
  },
  {
    name: 'compares-versions-as-text',
    misdeed: 'Versions are compared like words, so that 10 comes before 9.',
    breaks: ['presence.application.newest', 'presence.application.newer'],
    apply: ({ rules }) => {
      rules.isNewReport = ({ seen }, { epoch, version }, epochFloor) => {
        if (epoch < epochFloor) return false
        if (seen?.epoch !== epoch) return isNewerPresence(seen, { epoch, version })
        return String(version) > String(seen.version)
      }
    },
  },
  {
    name: 'compares-versions-without-epoch',
    misdeed: 'Versions are compared across epochs.',
    breaks: ['presence.application.newest', 'presence.application.newer'],
    apply: ({ rules }) => {
      rules.isNewReport = ({ seen }, { epoch, version }, epochFloor) =>
        epoch >= epochFloor && version > (seen?.version ?? 0)
    },
  },
  {
    name: 'wants-next-version',
    misdeed: 'A report counts only where its version is the next one.',
    breaks: ['presence.application.newer'],
    apply: ({ rules }) => {
      const { isNewReport } = rules
      rules.isNewReport = (user, report, epochFloor) =>
        isNewReport(user, report, epochFloor) &&
        (user.seen === undefined || report.version === user.seen.version + 1)
    },
  },
  {
    name: 'ignores-started',
    misdeed: 'A started makes nobody void.',
    breaks: ['presence.application.floor', 'application.users.going'],
    apply: ({ rules }) => {
      rules.changeByStarted = (user) => ({ user, isAnnounced: false })
    },
  },
  {
    name: 'voids-everybody',
    misdeed: 'A started makes void whoever is online.',
    breaks: ['presence.application.floor', 'application.users.going'],
    apply: ({ rules }) => {
      const { changeByStarted } = rules
      rules.changeByStarted = (user, _epochFloor, nowMs) =>
        changeByStarted(user, Number.POSITIVE_INFINITY, nowMs)
    },
  },
  {
    name: 'voids-the-floor-too',
    misdeed: 'A started makes void what has its own epoch, too.',
    breaks: ['presence.application.floor', 'application.users.going'],
    apply: ({ rules }) => {
      const { changeByStarted } = rules
      rules.changeByStarted = (user, epochFloor, nowMs) =>
        changeByStarted(user, epochFloor + 1, nowMs)
    },
  },
  {
    name: 'forgets-floor',
    misdeed: 'A report that is older than a started counts when it arrives later.',
    breaks: ['presence.application.floor'],
    apply: ({ rules }) => {
      const { isNewReport } = rules
      rules.isNewReport = (user, report) => isNewReport(user, report, 0)
    },
  },
]
