/** Why a request was not taken for what it says it is. For the log alone: whoever sent it hears the same of all of them. */

/** Headers that prove something. Their names may be logged, their values never. */
export type ProofHeader =
  | 'webhook-id'
  | 'webhook-timestamp'
  | 'webhook-signature'
  | 'x-hub-signature-256'
  | 'authorization'

/** Holds no text that came with the request, so that nothing of it can reach a log (G20). */
export type ProofFailure =
  | { readonly kind: 'absent'; readonly header: ProofHeader }
  /** Not in the one form it may have; a header that was sent twice arrives joined, and so is malformed. */
  | { readonly kind: 'malformed'; readonly header: ProofHeader }
  /** Only signatures of versions that are not known here. */
  | { readonly kind: 'no known version' }
  | { readonly kind: 'too many signatures'; readonly most: number }
  /** `seconds` before or after our clock, which is more than the tolerance. */
  | { readonly kind: 'too old' | 'too new'; readonly seconds: number }
  /** Well-formed, and made with none of our secrets, or for another body. */
  | { readonly kind: 'mismatch'; readonly header: ProofHeader }
  /** A bearer is for one project, and the body names none that could be read. */
  | { readonly kind: 'no project' }

/** The failure in words. */
export function proofFailureText(failure: ProofFailure): string {
  switch (failure.kind) {
    case 'absent':
      return `the header ${failure.header} is absent or empty`
    case 'malformed':
      return `the header ${failure.header} is malformed`
    case 'no known version':
      return 'no signature of version v1'
    case 'too many signatures':
      return `more than ${failure.most} signatures`
    case 'too old':
      return `signed ${failure.seconds} s ago`
    case 'too new':
      return `signed ${failure.seconds} s in the future`
    case 'mismatch':
      return `${failure.header} was made with another secret, or for another body`
    case 'no project':
      return 'the body names no project'
  }
}
