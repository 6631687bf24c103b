/** Reads the examples beside the schemas; knows alone how their files are laid out. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { TypeName } from '../src/validate.ts'

/** One example: a value of a type, and for an invalid one every error that it is an example of. */
export type Example = {
  readonly file: string
  readonly type: TypeName
  readonly value: unknown
  readonly valid: boolean
  readonly reason?: string
  readonly errors?: readonly { readonly pointer: string; readonly keyword: string }[]
}

const folder = new URL('../examples/', import.meta.url)

/** Every example, in the order of their paths `<noun>/<valid or invalid>/<type>.<case>.json`. */
export function readExamples(): readonly Example[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Omit<
        Example,
        'file' | 'valid'
      >),
      file,
      valid: file.includes('/valid/'),
    }))
}

/** The noun, type and case that the path of an example claims, the type in kebab-case. */
export function claimsOf(example: Example): { noun: string; type: string; situation: string } {
  const [noun = ''] = example.file.split('/')
  const [type = '', situation = ''] = basename(example.file, '.json').split('.')
  return { noun, type, situation }
}
