import { testContract } from './contract.ts'
import { makeSqliteEngine } from './sqlite-engine.ts'

testContract('a broker in a file', true, makeSqliteEngine)
