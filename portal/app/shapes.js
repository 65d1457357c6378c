/**
 * The bodies of the API (`../../docs/openapi.yaml`), for the type check. No browser loads this file.
 *
 * @typedef {'sending'|'sent'|'delayed'|'delivered'|'bounced'|'complained'|'failed'|'redeemed'|'revoked'|'disowned'
 *   |'superseded'|'exhausted'|'expired'} PasscodeStatus
 * @typedef {object} Passcode
 * @property {string} passcode_id
 * @property {PasscodeStatus} status
 * @property {string} sent_to  The address, masked.
 * @property {string} issued_at
 * @property {string} expires_at
 * @property {{ employee_id: string, name: string } | 'operator'} issued_by
 *
 * @typedef {object} Person  Without the fields that only Security Admins see.
 * @property {string} employee_id
 * @property {string} company_id
 * @property {string | null} external_id
 * @property {string} name
 * @property {string} email
 * @property {'security_admin' | 'member'} role
 * @property {'employee' | 'client'} account_type
 * @property {'active' | 'disabled'} status
 * @property {'enrolled' | 'not_enrolled'} two_factor
 * @property {string[]} factors  The enrolled second factors, such as `totp`.
 * @property {string | null} locale  Of mails; null is the company's.
 * @property {string | null} last_signed_in_at  The last recovery, or the first sign-in of a day (UTC).
 * @property {string} version  Of the fields that admins can change, for `If-Match`.
 *
 * @typedef {{ code: string, detail: string, retry_at: string | null }} Refusal  Why a passcode for this person would be refused now.
 *
 * @typedef {Person & { passcode: Passcode | null, refusal?: Refusal | null }} Employee  As Security Admins see a person;
 *   lists have no `refusal`.
 *
 * @typedef {{ email: string, name: string, role: Person['role'], account_type: Person['account_type'], status: Person['status'],
 *   external_id: string | null, locale: string | null }} Facts  What an admin can change of a person.
 * @typedef {Employee & { refusal: Refusal | null }} Added  The refusal says why the wanted passcode was not mailed.
 *
 * @typedef {object} Approval  An act that waits for a second Security Admin.
 * @property {string} approval_id
 * @property {string} act
 * @property {string | null} employee_id
 * @property {string} requested_by
 * @property {string} requested_at
 * @property {string} expires_at
 * @property {string | null} requester_may_approve_at  Null if somebody else can approve it.
 * @property {Record<string, unknown>} request  The body that waits.
 *
 * @typedef {{ approval: Approval }} Waiting  The answer 202.
 *
 * @typedef {{ from: string | null, to: string | null }} Change The old and the new value of a field.
 *
 * @typedef {object} AuditEvent
 * @property {string} event_id
 * @property {string} at
 * @property {string} type
 * @property {{ kind: 'employee' | 'operator' | 'system' | 'anonymous', employee_id: string | null }} actor
 * @property {string | null} employee_id Null if the event is about the company itself.
 * @property {string | null} source_ip
 * @property {string | null} user_agent
 * @property {{ browser: string | null, system: string | null } | null} device  What the user agent says, for example Safari and iPhone.
 * @property {string} request_id
 * @property {Record<string, string | Change>} detail
 *
 * @typedef {object} Company  What the portal shows of the person's company.
 * @property {string} name
 * @property {string | null} support_email
 * @property {string} time_zone  Of IANA, for example `Europe/Berlin`.
 * @property {{ logo: string | null, color: string | null }} brand  A `data:` URL of an image, and `#rrggbb`.
 *
 * @typedef {object} Settings  All settings of a company, as Security Admins see them.
 * @property {string} company_id
 * @property {string | null} external_id
 * @property {string} name
 * @property {string | null} support_email
 * @property {string | null} locale
 * @property {string} time_zone
 * @property {'none' | 'security_admins' | 'everyone'} second_proof
 * @property {'none' | 'sensitive'} approvals
 * @property {boolean} reason_in_mail
 * @property {string[]} domains  Only the operator changes them.
 * @property {Company['brand']} brand
 * @property {string} version
 *
 * @typedef {{ access_token: string, expires_in: number, employee: Person, company: Company | null }} Session
 * @typedef {{ secret: string, otpauth_uri: string, qr_svg: string }} Enrolment
 * @typedef {{ code: string, detail: string, retry_at?: string }} Reason
 * @typedef {{ left: number, limit: number, more_at: string | null }} Issuing  How many passcodes an admin can send in this hour.
 * @typedef {{ employee_id: string, passcode?: Passcode, approval?: Approval, problem?: Reason }} IssueResult
 */

export {};
