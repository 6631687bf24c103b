/** Joins the commands of the contract to the services of a process; it alone knows what is answered to an unknown one. */
import type { ExecCommand } from '@channel-protocol/schemas/types'
import { Unsupported } from './command-pipe.ts'
import type { Services } from './services.ts'

/** Does what a line says. Throws {@link Unsupported} where it names no command of the contract. */
export async function runCommand(
  { id, ...command }: ExecCommand,
  services: Services,
): Promise<object> {
  if (command.start !== undefined) return services.start(command.start)
  if (command.advance) return services.advance(command.advance)
  if (command.drain) return services.drain(command.drain)
  if (command.stop) return services.stop(command.stop)
  throw new Unsupported(Object.keys(command)[0] ?? `a line with nothing but the id ${id}`)
}
