/** `ai/tools/*` (§2.1) as the MCP server calls them: a state, a version and a payload of its own type. */
import type { Answer, Call, Endpoints } from './call.ts'
import { isParams, list, map, type Params, requiredText, text } from './params.ts'
import { refuse } from './refusal.ts'

export const aiEndpoints: Endpoints = {
  'ai/tools/backtest-init': (call) =>
    checked(call, 'BUILD_ERROR', (errors) => errors.join('\n') || 'Initialized.', 'String'),
  'ai/tools/syntax-check': (call) => checked(call, 'SYNTAX_ERROR', (errors) => errors, 'StringArray'),
  'ai/tools/complete': complete,
  'ai/tools/error-enhance': enhance,
  'ai/tools/pep8-convert': convert,
  'ai/tools/search': search,
}

function answer(state: 'End' | 'Error', payload: unknown, payloadType: string): Answer {
  return { state, version: 2, payload, payloadType }
}

/** A file that holds the word is in error. */
function checked(call: Call, word: string, show: (errors: readonly string[]) => unknown, type: string): Answer {
  languageOf(call)
  const errors = filesOf(call).filter((each) => text(each, 'content')?.includes(word))
  const lines = errors.map((each) => `${text(each, 'name') ?? ''}: ${word}`)
  return answer(lines.length > 0 ? 'Error' : 'End', show(lines), type)
}

function complete(call: Call): Answer {
  const names = languageOf(call) === 'Py' ? ['self.add_equity', 'self.add_option'] : ['AddEquity', 'AddOption']
  const sentence = requiredText(call.params, 'sentence')
  return answer(
    'End',
    names.filter((name) => name.startsWith(sentence)),
    'StringArray',
  )
}

function enhance(call: Call): Answer {
  languageOf(call)
  const error = map(call.params, 'error') ?? refuse('Required parameter error is empty')
  return answer('End', `The algorithm stopped: ${requiredText(error, 'message')}`, 'String')
}

/** `AddEquity` becomes `add_equity`. */
function convert(call: Call): Answer {
  const converted = filesOf(call).map((each) => {
    const content = text(each, 'content') ?? ''
    const snake = content.replace(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)*\b(?=\()/g, (name) => {
      return name.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase()
    })
    return [requiredText(each, 'name'), snake]
  })
  return answer('End', Object.fromEntries(converted), 'StringDict')
}

function search(call: Call): Answer {
  languageOf(call)
  const criteria = (list(call.params, 'criteria') ?? []).filter(isParams)
  if (criteria.length === 0) refuse('Required parameter criteria is empty')
  const retrivals = criteria.flatMap((each) => {
    const hit = { url: '[Docs](https://www.quantconnect.com/docs/v2)', score: 0.32, content: 'Made up.', type: 2 }
    return Array.from({ length: Math.min(Number(each.count ?? 1), 10) }, () => hit)
  })
  return { state: 'End', version: 2, retrivals, messageId: 1 }
}

function languageOf(call: Call): string {
  const language = requiredText(call.params, 'language')
  return ['Py', 'C#'].includes(language) ? language : refuse('Invalid language')
}

function filesOf(call: Call): Params[] {
  const files = (list(call.params, 'files') ?? []).filter(isParams)
  return files.length > 0 ? files : refuse('Required parameter files is empty')
}
