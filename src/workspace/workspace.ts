/**
 * The Durable Object of one organisation: it owns the ledger and does all acting, one slice per alarm, so that two runs
 * can never act at once and a killed process goes on by itself. Here is what doors make it do.
 */

import { logError, logWarning } from '../log.ts'
import { decideOn } from './asking/decide-on.ts'
import { goOnWithRests } from './asking/go-on.ts'
import { hold, release } from './asking/keep.ts'
import {
  askFirst,
  type Confirmed,
  confirmed,
  type DeleteCommand,
  type Questioned,
  type Withdrawn,
  withdrawn,
} from './asking/questions.ts'
import { answerDue, type NewReply, putReply } from './asking/replies.ts'
import {
  type Submission,
  type Submitted,
  submit,
  submitReport,
  submitTick,
  type TickSubmitted,
  type TooMany,
} from './asking/submit.ts'
import { type Decided, type Decision, type Held, nameOf, type Who } from './ledger/asks.ts'
import { policyNow } from './ledger/clock.ts'
import { readFact, removeFact, writeFact } from './ledger/facts.ts'
import { type Asked, no } from './ledger/last-survey.ts'
import { acceptObjection } from './ledger/objections.ts'
import { isGoingOn, type Trigger } from './ledger/run.ts'
import { runById } from './ledger/runs.ts'
import { isFirst } from './ledger/seen.ts'
import { writeStop } from './ledger/stops.ts'
import { Looking } from './looking.ts'
import { tellStopping } from './running/tell-run.ts'
import { type Replayed, replay, sendTest } from './telling/deliveries.ts'
import { audienceOf, NOBODY } from './telling/tell.ts'
import { type PauseView, pauseView } from './views/health.ts'

export class Workspace extends Looking {
  /** A cron tick at that scheduled time (policy time). Every tick re-arms the alarm too. */
  async tick(scheduled: number): Promise<TickSubmitted> {
    const submitted = await this.withRoom(() => submitTick(this.storage, scheduled, this.now(), this.hasTestClock()))
    if (!submitted.ok) logWarning(this.clean(), submitted.message)
    await this.arm()
    return submitted
  }

  async submit(submission: Submission): Promise<Submitted> {
    const submitted = await this.withRoom(() => submit(this.storage, submission, this.now()))
    await this.arm()
    return submitted
  }

  /** A report that somebody asks for: one that goes on is shared, and each who asks has so many an hour (G30). */
  async report(submission: Submission): Promise<Submitted | TooMany> {
    const made = this.deps()
    // While the settings cannot be read its run says so, and one an hour is enough for that.
    const reports = made.ok ? made.deps.config.rates.reports : 1
    const submitted = await this.withRoom(() => submitReport(this.storage, submission, this.now(), reports))
    await this.arm()
    return submitted
  }

  /** Sends a message once more. */
  async replay(delivery: string): Promise<Replayed> {
    const replayed = replay(this.storage, delivery, this.now())
    await this.arm()
    return replayed
  }

  /** Sends a test message to every destination, or to that one. */
  async sendTest(destination: string | null, by: string): Promise<Asked<readonly string[]>> {
    const sent = await this.withDeps(async (deps) => {
      const ids = sendTest(this.storage, deps.channels, destination, by, deps.now())
      return ids === null
        ? no('notFound', 'There is no such destination. GET /api/deliveries lists them.')
        : { ok: true, value: ids }
    })
    await this.arm()
    return sent
  }

  /** Stops acting by rules and deleting before the next such call, until a person lifts it (G19). */
  pause(by: string): PauseView {
    // The first pause counts: who paused, and since when, is not to be overwritten by a second press.
    if (readFact(this.sql, 'pause') === null) writeFact(this.sql, 'pause', { by, at: this.now() })
    return pauseView(this.sql) as PauseView
  }

  async resume(): Promise<void> {
    const now = this.now()
    this.storage.transactionSync(() => {
      removeFact(this.sql, 'pause')
      goOnWithRests(this.sql, now)
    })
    await this.arm()
  }

  /** A person accepts what stands against the list of projects, by the hash of what was shown (G6); false when that is over. */
  acceptBase(by: string, hash: string): boolean {
    return this.storage.transactionSync(() => {
      const isAccepted = acceptObjection(this.sql, hash, by)
      if (isAccepted) writeFact(this.sql, 'base', { by, hash, at: policyNow(this.sql, this.now()) })
      return isAccepted
    })
  }

  /** One decision on a waiting plan; the first that settles it wins (G7). */
  async decideOn(decision: Decision): Promise<Decided> {
    const asked = await this.withPolicy(async (deps, policy) => {
      const audience = await audienceOf(deps)
      return decideOn(this.storage, { policy, audience }, decision, deps.now())
    })
    await this.arm()
    return asked.ok ? asked.value : { ok: false, reason: 'unready', message: asked.message }
  }

  /** Keeps a project from now on, until the end of that day (`2027-01-31`) or for ever (null). */
  async hold(projectId: number, until: string | null, by: Who, trigger: Trigger = 'api'): Promise<Held> {
    const asked = await this.withPolicy((deps, policy) =>
      hold(this.storage, deps, policy, projectId, until, { by, trigger }),
    )
    await this.arm()
    return asked.ok ? asked.value : { ok: false, reason: 'unready', message: asked.message }
  }

  /** Lets go of a project. */
  async release(projectId: number, by: Who, trigger: Trigger = 'api'): Promise<Held> {
    const asked = await this.withPolicy((deps) => release(this.storage, deps, projectId, { by, trigger }))
    await this.arm()
    return asked.ok ? asked.value : { ok: false, reason: 'unready', message: asked.message }
  }

  /** Ends a run before its next mutating call; what it did not do stays undone. False when it is not going on. */
  async stop(run: string, by: Who): Promise<boolean> {
    const row = runById(this.sql, run)
    if (row === null || !isGoingOn(row.status)) return false
    const made = this.deps()
    const audience = made.ok ? await audienceOf(made.deps) : NOBODY
    this.storage.transactionSync(() => {
      writeStop(this.sql, run, nameOf(by))
      tellStopping(this.sql, audience, row, this.now())
    })
    await this.arm()
    return true
  }

  /** Puts a typed deletion down as a question: nothing happens before its asker confirms it. */
  async askFirst(command: DeleteCommand, by: string): Promise<Asked<Questioned>> {
    return this.withDeps((deps) => askFirst(this.sql, deps, command, by))
  }

  async confirm(question: string, by: string, trigger: Trigger): Promise<Confirmed> {
    const answer = await confirmed(this.storage, question, by, trigger, this.now())
    await this.arm()
    return answer
  }

  withdraw(question: string, by: string): Withdrawn {
    return withdrawn(this.sql, question, by, this.now())
  }

  /** An answer that follows: the result of a run once it has ended, or something to say at once. */
  async reply(reply: NewReply): Promise<void> {
    putReply(this.sql, reply, this.now())
    await this.arm()
    // Somebody waits, and the alarm may be in the middle of a long slice.
    this.ctx.waitUntil(this.answer())
  }

  private async answer(): Promise<void> {
    const made = this.deps()
    if (!made.ok) return
    await answerDue(this.storage, made.deps).catch((error: unknown) => logError(this.clean(), 'Answers', error))
  }

  /** Whether that command or press comes for the first time; the second never does. */
  firstTime(event: string): boolean {
    return isFirst(this.sql, event, this.now())
  }
}
