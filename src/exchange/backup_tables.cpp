#include "exchange/backup_tables.hpp"

#include "exchange/backup.hpp"

namespace tocsin::exchange {
namespace {

using store::Sql;
using store::Value;

// Sessions, one-time links and sign-ins that were begun are not kept: a copy that is restored must not bring back what
// was ended since. Nor are letters that wait to be sent: they would go out twice, with links that are dead; nor what is
// and was to be delivered to webhooks.
// Passwords, second factors and tokens are, so that people and programs get in again.

#define TOCSIN_SETTING_COLUMNS "key, value"
#define TOCSIN_ORGANISATION_COLUMNS \
  "id, kind, status, name, folded_name, uuid, sectors, countries, homepage, description, vendor_keys, created_at"
#define TOCSIN_ORGANISATION_CONTACT_COLUMNS "id, organisation_id, role, name, email, phone"
#define TOCSIN_ORGANISATION_KEY_COLUMNS "id, organisation_id, kind, fingerprint, label, body, created_at"
#define TOCSIN_ORGANISATION_CLIENT_COLUMNS "provider_id, client_id"
#define TOCSIN_PERSON_COLUMNS                                                                                      \
  "id, uuid, name, folded_name, email, folded_email, status, language, time_zone, created_at, email_verified_at, " \
  "last_sign_in_at"
#define TOCSIN_MEMBERSHIP_COLUMNS "person_id, organisation_id, roles, created_at"
#define TOCSIN_COMMUNITY_COLUMNS "id, uuid, name, description, owner_id, members_hidden, closed, created_at"
#define TOCSIN_COMMUNITY_ORGANISATION_COLUMNS "community_id, organisation_id, joined_at"
#define TOCSIN_COMMUNITY_PERSON_COLUMNS "community_id, person_id, joined_at"
#define TOCSIN_CASE_FILE_COLUMNS "id, number, uuid, kind, title, state, owner_id, opened_at, closed_at"
#define TOCSIN_CASE_PARTICIPANT_COLUMNS "case_id, kind, grantee_id, part, added_at, added_by"
#define TOCSIN_MEMBER_STATE_COLUMNS "name, value"
#define TOCSIN_AUDIENCE_COLUMNS "id, digest"
#define TOCSIN_AUDIENCE_GRANTEE_COLUMNS "audience_id, kind, grantee_id"
#define TOCSIN_CREDENTIAL_COLUMNS "id, person_id, kind, external_id, label, secret, counter, created_at, last_used_at"
#define TOCSIN_API_TOKEN_COLUMNS                                                                               \
  "id, token_hash, person_id, organisation_id, name, scopes, networks, created_at, expires_at, last_used_at, " \
  "last_used_address, revoked_at, kind, subject"
#define TOCSIN_OUTSIDE_ROLE_COLUMNS "person_id, organisation_id, roles, confirmed_at"
#define TOCSIN_RECORD_COLUMNS_ALL                                                                            \
  "id, kind, issuer, record_key, slug, title, tlp, owner_id, audience, status, embargo_until, version, "     \
  "version_order, format, sha512, current_revision_id, initial_release_at, current_release_at, created_at, " \
  "updated_at, labels, audience_id, marked_here"
#define TOCSIN_REVISION_COLUMNS                                                                            \
  "id, record_id, version, version_order, standing, format, document_status, sha512, bytes, released_at, " \
  "received_at, source, tlp, audience, audience_id, status, embargo_until"
#define TOCSIN_CHANGE_COLUMNS "sequence, at, action, record_id, revision_id, kind"
#define TOCSIN_AUDIT_COLUMNS                                                                                 \
  "sequence, at, person_id, organisation_id, action, object, owner_id, outcome, request_id, personal_hash, " \
  "previous_hash, hash"
#define TOCSIN_AUDIT_PERSONAL_COLUMNS "sequence, salt, address, agent, detail"
#define TOCSIN_BREAK_GLASS_COLUMNS \
  "id, person_id, organisation_id, record_id, owner_id, reason, began_at, until, ended_at, ended_by"
#define TOCSIN_APPROVAL_COLUMNS                                                                              \
  "id, act, object, owner_id, parameters, difference, basis, reason, person_id, organisation_id, asked_at, " \
  "expires_at, state, decided_by, decided_at, outcome"
#define TOCSIN_EVIDENCE_SOURCE_COLUMNS "name, version, as_of, released_at, entries, imported_at"
#define TOCSIN_KNOWN_EXPLOITED_COLUMNS "cve, added_at, due_at, ransomware, vendor, product, name, action"
#define TOCSIN_EXPLOIT_SCORE_COLUMNS "cve, probability, percentile"
#define TOCSIN_BUNDLE_COLUMNS "id, direction, key_id, recipient, sequence, digest, at, table_version"
#define TOCSIN_BUNDLE_CONTENT_COLUMNS "bundle_id, record_id, revision_id, marking"
#define TOCSIN_BUNDLE_GONE_COLUMNS "bundle_id, record_id, issuer, record_key"
#define TOCSIN_RECORD_READ_COLUMNS "person_id, record_id, revision_id, read_at"
#define TOCSIN_MAIL_KEY_COLUMNS "person_id, kind, fingerprint, body, otherwise, added_at"
#define TOCSIN_RECORD_COMMENT_COLUMNS \
  "id, uuid, record_id, organisation_id, person_id, wide, body, written_at, edited_at"
#define TOCSIN_REMOVED_DOCUMENT_COLUMNS "sha512, record_id, kind, issuer, record_key, version, removed_at"
#define TOCSIN_SHARED_REPORT_ALL "record_id, organisation_id, person_id, anonymous, content, shared_at"
#define TOCSIN_SHARED_OBJECT_ALL "record_id, report_id, what"
#define TOCSIN_SHARED_SIGHTING_ALL "record_id, organisation_id, sighting_id, person_id, anonymous, made_at"
#define TOCSIN_SHARED_THANKS_ALL "record_id, organisation_id, said_at"
#define TOCSIN_SHARED_TOLD_ALL "record_id, organisation_id"
#define TOCSIN_ASSET_ALL                                                                                               \
  "id, organisation_id, asset_key, label, folded_label, search_text, item_key, name, vendor, family, product, model, " \
  "hardware, versions, serial, cpe, purls, hashes, addresses, site, zone, conduit, purdue_level, criticality, "        \
  "exposure, safety, environment, production, owner, next_outage, tags, others, digest, identity, row_version, due, "  \
  "added_at, changed_at"
#define TOCSIN_BOM_ALL "id, organisation_id, name, kind, file_name, imported_at, imported_by"
#define TOCSIN_BOM_PART_ALL "bom_id, asset_id"
#define TOCSIN_ASSET_STATE_ALL \
  "id, organisation_id, asset_id, record_id, vulnerability, state, person_id, at, evidence, until, is_current"
#define TOCSIN_ASSET_VERDICT_ALL \
  "id, organisation_id, verdict, asset_id, record_id, identity, product_key, reason, person_id, at"
#define TOCSIN_INVENTORY_MAPPING_ALL "id, organisation_id, header, field"
#define TOCSIN_COVERAGE_STATEMENT_ALL "id, organisation_id, zone, attack_id, in_place, stated_at, stated_by"
#define TOCSIN_INVENTORY_GRANT_ALL "id, organisation_id, site, reason, granted_by, granted_at, revoked_by, revoked_at"
#define TOCSIN_WEBHOOK_ALL                                                                                           \
  "id, uuid, organisation_id, person_id, name, url, secret, former_secret, former_until, enabled, disabled_reason, " \
  "created_at, busy_until, failures, succeeded_at, failed_at"
#define TOCSIN_SUBSCRIPTION_ALL                                                                                        \
  "id, person_id, organisation_id, name, query, exposure, statuses, decisions, site, pace, mail, feed, hook, paused, " \
  "created_at, changed_at, connections"
#define TOCSIN_READING_TIME_ALL \
  "person_id, digest_minute, digest_weekday, quiet_from, quiet_until, paused, feed_hash, feed_made_at"
#define TOCSIN_NOTICE_RECORD_ALL \
  "record_id, revision_id, tlp, status, audience, audience_id, owner_id, embargo_until, at"
#define TOCSIN_NOTICE_LETTER_ALL "id, person_id, token_hash, sent_at, subscription_id"
#define TOCSIN_NOTICE_ALL                                                                                          \
  "id, person_id, organisation_id, record_id, revision_id, withdrawal, what, state, dropped_because, pace, mail, " \
  "feed, hook, why, changed_at, noticed_at, due_at, settled_at, letter_id"
#define TOCSIN_NOTICE_SUBSCRIPTION_ALL "notice_id, subscription_id"
#define TOCSIN_ASSET_NEWS_ALL "id, organisation_id, asset_id, record_id, is_new, sequence, at"
#define TOCSIN_ASSET_NOTICE_ALL                                                                               \
  "id, person_id, organisation_id, state, dropped_because, pace, mail, feed, hook, why, noticed_at, due_at, " \
  "settled_at, letter_id"
#define TOCSIN_ASSET_NOTICE_MATCH_ALL "id, notice_id, asset_id, record_id, is_new"
#define TOCSIN_ASSET_NOTICE_SUBSCRIPTION_ALL "notice_id, subscription_id"
#define TOCSIN_NOTICE_SEEN_ALL "person_id, notice_id, asset_notice_id"
#define TOCSIN_ASSET_MATCH_SPAN_ALL "id, organisation_id, asset_id, record_id, status, since, until, label, site"
#define TOCSIN_ASSET_DECISION_ALL \
  "id, organisation_id, asset_id, record_id, at, before_action, before_due, after_action, after_due, because"
#define TOCSIN_TAXII_PEER_ALL                                                                                  \
  "id, uuid, name, folded_name, url, auth, account, secret, owner_id, tlp_default, tlp_max, markings, trust, " \
  "every_minutes, all_every_days, enabled, created_at, added_after, next, reached, page_limit, "               \
  "reading_all_since, read_all_at, busy_until, next_run_at, failures, problem, fault, succeeded_at, "          \
  "failed_at, stored, unchanged, refused, above, held, kind, etag, last_modified"
#define TOCSIN_TAXII_PEER_EVENT_ALL "id, peer_id, event_uuid, told_at, read_at"
#define TOCSIN_TAXII_VERSION_ALL "added, record_id, revision_id, type, version_at"
#define TOCSIN_TAXII_CLOCK_ALL "id, sequence, told_until, embargo"
#define TOCSIN_TAXII_COLLECTION_ALL "id, alias, title, description, filter, readers, created_at"
#define TOCSIN_TAXII_WRITER_ALL "collection_id, writers"
#define TOCSIN_TAXII_STATUS_ALL "id, root, collection_id, person_id, organisation_id, requested_at, expires_at, body"
#define TOCSIN_DECISION_TABLE_ALL "id, organisation_id, version, base, document, note, person_id, at"
#define TOCSIN_EXPOSURE_CONSENT_ALL \
  "id, organisation_id, sector, granted_by, granted_at, admitted_at, revoked_by, revoked_at"
#define TOCSIN_EXPOSURE_ALIAS_ALL                                                                                \
  "id, organisation_id, kind, of_vendor, text_key, shown, vendor_key, product_key, vendor, product, is_denied, " \
  "taught_by, taught_at"
#define TOCSIN_EXPOSURE_ALIAS_LESSON_ALL "alias_id, asset_id, record_id"
#define TOCSIN_EXPOSURE_ALIAS_CONSENT_ALL \
  "id, organisation_id, granted_by, granted_at, admitted_at, revoked_by, revoked_at"
#define TOCSIN_EXPOSURE_ALIAS_RUN_ALL "day, made_at, least"
#define TOCSIN_COMMUNITY_ALIAS_ALL                                                                                 \
  "id, kind, of_vendor, text_key, vendor_key, product_key, vendor, product, least, offered_at, state, judged_by, " \
  "judged_at"
#define TOCSIN_EXPOSURE_SUM_RUN_ALL "day, made_at, least"
#define TOCSIN_EXPOSURE_SUM_ALL "id, record_id, product, least, made_at, is_current"
#define TOCSIN_EXPOSURE_SUM_CELL_ALL "sum_id, sector, organisations, assets"
#define TOCSIN_EXPOSURE_SUM_PART_ALL "id, sum_id, organisation_id, sector, assets"
#define TOCSIN_AUDIT_CHECKPOINT_COLUMNS "sequence, at, hash, key_id, signature"

constexpr BackupColumn kSetting[] = {{"key", true}, {"value", true}};
constexpr BackupColumn kOrganisation[] = {{"id"},
                                          {"kind"},
                                          {"status"},
                                          {"name", true},
                                          {"folded_name", true},
                                          {"uuid", true},
                                          {"sectors", true},
                                          {"countries", true},
                                          {"homepage", true},
                                          {"description", true},
                                          {"vendor_keys", true},
                                          {"created_at"}};
constexpr BackupColumn kOrganisationContact[] = {{"id"},         {"organisation_id"}, {"role", true},
                                                 {"name", true}, {"email", true},     {"phone", true}};
constexpr BackupColumn kOrganisationKey[] = {{"id"},          {"organisation_id"}, {"kind"},      {"fingerprint", true},
                                             {"label", true}, {"body", true},      {"created_at"}};
constexpr BackupColumn kOrganisationClient[] = {{"provider_id"}, {"client_id"}};
constexpr BackupColumn kPerson[] = {{"id"},
                                    {"uuid", true},
                                    {"name", true},
                                    {"folded_name", true},
                                    {"email", true},
                                    {"folded_email", true},
                                    {"status"},
                                    {"language", true},
                                    {"time_zone", true},
                                    {"created_at"},
                                    {"email_verified_at"},
                                    {"last_sign_in_at"}};
constexpr BackupColumn kMembership[] = {{"person_id"}, {"organisation_id"}, {"roles"}, {"created_at"}};
constexpr BackupColumn kCommunity[] = {{"id"},       {"uuid", true},     {"name", true}, {"description", true},
                                       {"owner_id"}, {"members_hidden"}, {"closed"},     {"created_at"}};
constexpr BackupColumn kCommunityOrganisation[] = {{"community_id"}, {"organisation_id"}, {"joined_at"}};
constexpr BackupColumn kCommunityPerson[] = {{"community_id"}, {"person_id"}, {"joined_at"}};
constexpr BackupColumn kCaseFile[] = {{"id"},    {"number", true}, {"uuid", true}, {"kind"},     {"title", true},
                                      {"state"}, {"owner_id"},     {"opened_at"},  {"closed_at"}};
constexpr BackupColumn kCaseParticipant[] = {{"case_id"}, {"kind"},     {"grantee_id"},
                                             {"part"},    {"added_at"}, {"added_by"}};
constexpr BackupColumn kMemberState[] = {{"name", true}, {"value"}};
constexpr BackupColumn kAudience[] = {{"id"}, {"digest", true}};
constexpr BackupColumn kAudienceGrantee[] = {{"audience_id"}, {"kind"}, {"grantee_id"}};
constexpr BackupColumn kCredential[] = {{"id"},          {"person_id"},    {"kind"},    {"external_id", true},
                                        {"label", true}, {"secret", true}, {"counter"}, {"created_at"},
                                        {"last_used_at"}};
constexpr BackupColumn kApiToken[] = {{"id"},
                                      {"token_hash", true},
                                      {"person_id"},
                                      {"organisation_id"},
                                      {"name", true},
                                      {"scopes", true},
                                      {"networks", true},
                                      {"created_at"},
                                      {"expires_at"},
                                      {"last_used_at"},
                                      {"last_used_address", true},
                                      {"revoked_at"},
                                      {"kind"},
                                      {"subject", true}};
constexpr BackupColumn kOutsideRole[] = {{"person_id"}, {"organisation_id"}, {"roles"}, {"confirmed_at"}};
constexpr BackupColumn kRecord[] = {{"id"},
                                    {"kind"},
                                    {"issuer", true},
                                    {"record_key", true},
                                    {"slug", true},
                                    {"title", true},
                                    {"tlp"},
                                    {"owner_id"},
                                    {"audience"},
                                    {"status"},
                                    {"embargo_until"},
                                    {"version", true},
                                    {"version_order", true},
                                    {"format", true},
                                    {"sha512", true},
                                    {"current_revision_id"},
                                    {"initial_release_at"},
                                    {"current_release_at"},
                                    {"created_at"},
                                    {"updated_at"},
                                    {"labels", true},
                                    {"audience_id"},
                                    {"marked_here"}};
constexpr BackupColumn kRevision[] = {
    {"id"},           {"record_id"},    {"version", true},         {"version_order", true},
    {"standing"},     {"format", true}, {"document_status", true}, {"sha512", true},
    {"bytes"},        {"released_at"},  {"received_at"},           {"source", true},
    {"tlp"},          {"audience"},     {"audience_id"},           {"status"},
    {"embargo_until"}};
constexpr BackupColumn kAudit[] = {
    {"sequence"}, {"at"},      {"person_id"},        {"organisation_id"},     {"action", true},        {"object", true},
    {"owner_id"}, {"outcome"}, {"request_id", true}, {"personal_hash", true}, {"previous_hash", true}, {"hash", true}};
constexpr BackupColumn kAuditPersonal[] = {
    {"sequence"}, {"salt", true}, {"address", true}, {"agent", true}, {"detail", true}};
constexpr BackupColumn kAuditCheckpoint[] = {
    {"sequence"}, {"at"}, {"hash", true}, {"key_id", true}, {"signature", true}};
constexpr BackupColumn kBreakGlass[] = {{"id"},       {"person_id"},    {"organisation_id"}, {"record_id"},
                                        {"owner_id"}, {"reason", true}, {"began_at"},        {"until"},
                                        {"ended_at"}, {"ended_by"}};
constexpr BackupColumn kApproval[] = {{"id"},
                                      {"act"},
                                      {"object", true},
                                      {"owner_id"},
                                      {"parameters", true},
                                      {"difference", true},
                                      {"basis", true},
                                      {"reason", true},
                                      {"person_id"},
                                      {"organisation_id"},
                                      {"asked_at"},
                                      {"expires_at"},
                                      {"state"},
                                      {"decided_by"},
                                      {"decided_at"},
                                      {"outcome", true}};
constexpr BackupColumn kEvidenceSource[] = {{"name", true},  {"version", true}, {"as_of"},
                                            {"released_at"}, {"entries"},       {"imported_at"}};
constexpr BackupColumn kKnownExploited[] = {{"cve", true},    {"added_at"},      {"due_at"},     {"ransomware"},
                                            {"vendor", true}, {"product", true}, {"name", true}, {"action", true}};
constexpr BackupColumn kExploitScore[] = {{"cve", true}, {"probability"}, {"percentile"}};
constexpr BackupColumn kBundle[] = {{"id"},       {"direction"},    {"key_id", true}, {"recipient", true},
                                    {"sequence"}, {"digest", true}, {"at"},           {"table_version"}};
constexpr BackupColumn kBundleGone[] = {{"bundle_id"}, {"record_id"}, {"issuer", true}, {"record_key", true}};
constexpr BackupColumn kBundleContent[] = {{"bundle_id"}, {"record_id"}, {"revision_id"}, {"marking", true}};
constexpr BackupColumn kMailKey[] = {{"person_id"},  {"kind"},      {"fingerprint", true},
                                     {"body", true}, {"otherwise"}, {"added_at"}};
constexpr BackupColumn kRecordRead[] = {{"person_id"}, {"record_id"}, {"revision_id"}, {"read_at"}};
constexpr BackupColumn kRecordComment[] = {{"id"},   {"uuid", true}, {"record_id"},  {"organisation_id"}, {"person_id"},
                                           {"wide"}, {"body", true}, {"written_at"}, {"edited_at"}};
constexpr BackupColumn kRemovedDocument[] = {{"sha512", true},     {"record_id"},     {"kind"},      {"issuer", true},
                                             {"record_key", true}, {"version", true}, {"removed_at"}};
constexpr BackupColumn kSharedReport[] = {{"record_id"}, {"organisation_id"}, {"person_id"},
                                          {"anonymous"}, {"content", true},   {"shared_at"}};
constexpr BackupColumn kSharedObject[] = {{"record_id"}, {"report_id"}, {"what", true}};
constexpr BackupColumn kSharedSighting[] = {{"record_id"}, {"organisation_id"}, {"sighting_id"},
                                            {"person_id"}, {"anonymous"},       {"made_at"}};
constexpr BackupColumn kSharedThanks[] = {{"record_id"}, {"organisation_id"}, {"said_at"}};
constexpr BackupColumn kSharedTold[] = {{"record_id"}, {"organisation_id"}};
constexpr BackupColumn kAsset[] = {{"id"},
                                   {"organisation_id"},
                                   {"asset_key", true},
                                   {"label", true},
                                   {"folded_label", true},
                                   {"search_text", true},
                                   {"item_key", true},
                                   {"name", true},
                                   {"vendor", true},
                                   {"family", true},
                                   {"product", true},
                                   {"model", true},
                                   {"hardware", true},
                                   {"versions", true},
                                   {"serial", true},
                                   {"cpe", true},
                                   {"purls", true},
                                   {"hashes", true},
                                   {"addresses", true},
                                   {"site", true},
                                   {"zone", true},
                                   {"conduit", true},
                                   {"purdue_level", true},
                                   {"criticality", true},
                                   {"exposure", true},
                                   {"safety", true},
                                   {"environment", true},
                                   {"production", true},
                                   {"owner", true},
                                   {"next_outage", true},
                                   {"tags", true},
                                   {"others", true},
                                   {"digest", true},
                                   {"identity", true},
                                   {"row_version"},
                                   {"due"},
                                   {"added_at"},
                                   {"changed_at"}};
constexpr BackupColumn kBom[] = {
    {"id"}, {"organisation_id"}, {"name", true}, {"kind", true}, {"file_name", true}, {"imported_at"}, {"imported_by"}};
constexpr BackupColumn kBomPart[] = {{"bom_id"}, {"asset_id"}};
constexpr BackupColumn kAssetState[] = {
    {"id"}, {"organisation_id"}, {"asset_id"}, {"record_id"}, {"vulnerability", true}, {"state"}, {"person_id"},
    {"at"}, {"evidence", true},  {"until"},    {"is_current"}};
constexpr BackupColumn kSubscription[] = {{"id"},
                                          {"person_id"},
                                          {"organisation_id"},
                                          {"name", true},
                                          {"query", true},
                                          {"exposure"},
                                          {"statuses", true},
                                          {"decisions", true},
                                          {"site", true},
                                          {"pace"},
                                          {"mail"},
                                          {"feed"},
                                          {"hook"},
                                          {"paused"},
                                          {"created_at"},
                                          {"changed_at"},
                                          {"connections", false, 0}};
constexpr BackupColumn kReadingTime[] = {{"person_id"},   {"digest_minute"}, {"digest_weekday"},  {"quiet_from"},
                                         {"quiet_until"}, {"paused"},        {"feed_hash", true}, {"feed_made_at"}};
constexpr BackupColumn kNoticeRecord[] = {{"record_id"},   {"revision_id"}, {"tlp"},           {"status"}, {"audience"},
                                          {"audience_id"}, {"owner_id"},    {"embargo_until"}, {"at"}};
constexpr BackupColumn kNoticeLetter[] = {
    {"id"}, {"person_id"}, {"token_hash", true}, {"sent_at"}, {"subscription_id"}};
constexpr BackupColumn kNotice[] = {
    {"id"},       {"person_id"}, {"organisation_id"}, {"record_id"},  {"revision_id"}, {"withdrawal"},
    {"what"},     {"state"},     {"dropped_because"}, {"pace"},       {"mail"},        {"feed"},
    {"hook"},     {"why", true}, {"changed_at"},      {"noticed_at"}, {"due_at"},      {"settled_at"},
    {"letter_id"}};
constexpr BackupColumn kNoticeSubscription[] = {{"notice_id"}, {"subscription_id"}};
constexpr BackupColumn kAssetNews[] = {{"id"},     {"organisation_id"}, {"asset_id"}, {"record_id"},
                                       {"is_new"}, {"sequence"},        {"at"}};
constexpr BackupColumn kAssetNotice[] = {
    {"id"},   {"person_id"}, {"organisation_id"}, {"state"},      {"dropped_because"}, {"pace"},       {"mail"},
    {"feed"}, {"hook"},      {"why", true},       {"noticed_at"}, {"due_at"},          {"settled_at"}, {"letter_id"}};
constexpr BackupColumn kAssetNoticeMatch[] = {{"id"}, {"notice_id"}, {"asset_id"}, {"record_id"}, {"is_new"}};
constexpr BackupColumn kAssetNoticeSubscription[] = {{"notice_id"}, {"subscription_id"}};
constexpr BackupColumn kNoticeSeen[] = {{"person_id"}, {"notice_id"}, {"asset_notice_id"}};
constexpr BackupColumn kAssetMatchSpan[] = {{"id"},    {"organisation_id"}, {"asset_id"},    {"record_id"}, {"status"},
                                            {"since"}, {"until"},           {"label", true}, {"site", true}};
constexpr BackupColumn kAssetDecision[] = {{"id"},        {"organisation_id"}, {"asset_id"},   {"record_id"},
                                           {"at"},        {"before_action"},   {"before_due"}, {"after_action"},
                                           {"after_due"}, {"because", true}};
constexpr BackupColumn kTaxiiVersion[] = {{"added"}, {"record_id"}, {"revision_id"}, {"type", true}, {"version_at"}};
constexpr BackupColumn kTaxiiClock[] = {{"id"}, {"sequence"}, {"told_until"}, {"embargo"}};
constexpr BackupColumn kTaxiiCollection[] = {{"id", true},          {"alias", true},  {"title", true},
                                             {"description", true}, {"filter", true}, {"readers", true},
                                             {"created_at"}};
constexpr BackupColumn kTaxiiWriter[] = {{"collection_id", true}, {"writers", true}};
constexpr BackupColumn kTaxiiStatus[] = {{"id", true},   {"root", true},      {"collection_id", true},
                                         {"person_id"},  {"organisation_id"}, {"requested_at"},
                                         {"expires_at"}, {"body", true}};
constexpr BackupColumn kAssetVerdict[] = {{"id"},
                                          {"organisation_id"},
                                          {"verdict"},
                                          {"asset_id"},
                                          {"record_id"},
                                          {"identity", true},
                                          {"product_key", true},
                                          {"reason", true},
                                          {"person_id"},
                                          {"at"}};
constexpr BackupColumn kInventoryMapping[] = {{"id"}, {"organisation_id"}, {"header", true}, {"field", true}};
constexpr BackupColumn kCoverageStatement[] = {{"id"},       {"organisation_id"}, {"zone", true}, {"attack_id", true},
                                               {"in_place"}, {"stated_at"},       {"stated_by"}};
constexpr BackupColumn kTaxiiPeer[] = {{"id"},
                                       {"uuid", true},
                                       {"name", true},
                                       {"folded_name", true},
                                       {"url", true},
                                       {"auth", true},
                                       {"account", true},
                                       {"secret", true},
                                       {"owner_id"},
                                       {"tlp_default"},
                                       {"tlp_max"},
                                       {"markings", true},
                                       {"trust", true},
                                       {"every_minutes"},
                                       {"all_every_days"},
                                       {"enabled"},
                                       {"created_at"},
                                       {"added_after", true},
                                       {"next", true},
                                       {"reached", true},
                                       {"page_limit"},
                                       {"reading_all_since"},
                                       {"read_all_at"},
                                       {"busy_until"},
                                       {"next_run_at"},
                                       {"failures"},
                                       {"problem", true},
                                       {"fault", true},
                                       {"succeeded_at"},
                                       {"failed_at"},
                                       {"stored"},
                                       {"unchanged"},
                                       {"refused"},
                                       {"above"},
                                       {"held"},
                                       {"kind", true},
                                       {"etag", true},
                                       {"last_modified", true}};
constexpr BackupColumn kTaxiiPeerEvent[] = {{"id"}, {"peer_id"}, {"event_uuid", true}, {"told_at"}, {"read_at"}};
constexpr BackupColumn kWebhook[] = {
    {"id"},           {"uuid", true}, {"organisation_id"},       {"person_id"},
    {"name", true},   {"url", true},  {"secret", true},          {"former_secret", true},
    {"former_until"}, {"enabled"},    {"disabled_reason", true}, {"created_at"},
    {"busy_until"},   {"failures"},   {"succeeded_at"},          {"failed_at"}};
constexpr BackupColumn kInventoryGrant[] = {{"id"},         {"organisation_id"}, {"site", true}, {"reason", true},
                                            {"granted_by"}, {"granted_at"},      {"revoked_by"}, {"revoked_at"}};
constexpr BackupColumn kDecisionTable[] = {
    {"id"},         {"organisation_id"}, {"version"}, {"base", true}, {"document", true},
    {"note", true}, {"person_id"},       {"at"}};
constexpr BackupColumn kExposureConsent[] = {{"id"},         {"organisation_id"}, {"sector"},     {"granted_by"},
                                             {"granted_at"}, {"admitted_at"},     {"revoked_by"}, {"revoked_at"}};
constexpr BackupColumn kExposureAlias[] = {{"id"},
                                           {"organisation_id"},
                                           {"kind"},
                                           {"of_vendor", true},
                                           {"text_key", true},
                                           {"shown", true},
                                           {"vendor_key", true},
                                           {"product_key", true},
                                           {"vendor", true},
                                           {"product", true},
                                           {"is_denied"},
                                           {"taught_by"},
                                           {"taught_at"}};
constexpr BackupColumn kExposureAliasLesson[] = {{"alias_id"}, {"asset_id"}, {"record_id"}};
constexpr BackupColumn kExposureAliasConsent[] = {{"id"},          {"organisation_id"}, {"granted_by"}, {"granted_at"},
                                                  {"admitted_at"}, {"revoked_by"},      {"revoked_at"}};
constexpr BackupColumn kExposureAliasRun[] = {{"day"}, {"made_at"}, {"least"}};
constexpr BackupColumn kCommunityAlias[] = {{"id"},
                                            {"kind"},
                                            {"of_vendor", true},
                                            {"text_key", true},
                                            {"vendor_key", true},
                                            {"product_key", true},
                                            {"vendor", true},
                                            {"product", true},
                                            {"least"},
                                            {"offered_at"},
                                            {"state"},
                                            {"judged_by"},
                                            {"judged_at"}};
constexpr BackupColumn kExposureSumRun[] = {{"day"}, {"made_at"}, {"least"}};
constexpr BackupColumn kExposureSum[] = {{"id"},    {"record_id"}, {"product", true},
                                         {"least"}, {"made_at"},   {"is_current"}};
constexpr BackupColumn kExposureSumCell[] = {{"sum_id"}, {"sector"}, {"organisations"}, {"assets"}};
constexpr BackupColumn kExposureSumPart[] = {{"id"}, {"sum_id"}, {"organisation_id"}, {"sector"}, {"assets"}};
constexpr BackupColumn kChange[] = {{"sequence"},  {"at"},          {"action"},
                                    {"record_id"}, {"revision_id"}, {"kind", false, 1}};

/// Adds the values to a statement that ends before its brackets.
Sql with_values(Sql sql, const std::vector<Value>& values) {
  sql.append(" VALUES (");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) sql.append(", ");
    sql.append("?", values[i]);
  }
  sql.append(")");
  return sql;
}

#define TOCSIN_PAGE(table, columns, key)                                                                         \
  [](const BackupPosition& after, int limit) {                                                                   \
    return Sql{"SELECT " columns " FROM " table " WHERE " key " > ? ORDER BY " key " LIMIT ?", after.numbers[0], \
               limit};                                                                                           \
  }
#define TOCSIN_PAGE_BY_TEXT(table, columns, key)                                                                   \
  [](const BackupPosition& after, int limit) {                                                                     \
    return Sql{"SELECT " columns " FROM " table " WHERE " key " > ? ORDER BY " key " LIMIT ?", after.text, limit}; \
  }
#define TOCSIN_PAGE_BY_TWO(table, columns, keys)                                                        \
  [](const BackupPosition& after, int limit) {                                                          \
    return Sql{"SELECT " columns " FROM " table " WHERE (" keys ") > (?, ?) ORDER BY " keys " LIMIT ?", \
               after.numbers[0], after.numbers[1], limit};                                              \
  }
#define TOCSIN_PAGE_BY_THREE(table, columns, keys)                                                         \
  [](const BackupPosition& after, int limit) {                                                             \
    return Sql{"SELECT " columns " FROM " table " WHERE (" keys ") > (?, ?, ?) ORDER BY " keys " LIMIT ?", \
               after.numbers[0], after.numbers[1], after.numbers[2], limit};                               \
  }
#define TOCSIN_INSERT(table, columns) \
  [](const std::vector<Value>& values) { return with_values(Sql{"INSERT INTO " table " (" columns ")"}, values); }

const BackupTableCode kTables[] = {
    {"setting", kSetting, true, TOCSIN_PAGE_BY_TEXT("setting", TOCSIN_SETTING_COLUMNS, "key"),
     TOCSIN_INSERT("setting", TOCSIN_SETTING_COLUMNS)},
    {"organisation", kOrganisation, false, TOCSIN_PAGE("organisation", TOCSIN_ORGANISATION_COLUMNS, "id"),
     TOCSIN_INSERT("organisation", TOCSIN_ORGANISATION_COLUMNS)},
    {"organisation_contact", kOrganisationContact, false,
     TOCSIN_PAGE("organisation_contact", TOCSIN_ORGANISATION_CONTACT_COLUMNS, "id"),
     TOCSIN_INSERT("organisation_contact", TOCSIN_ORGANISATION_CONTACT_COLUMNS)},
    {"organisation_key", kOrganisationKey, false,
     TOCSIN_PAGE("organisation_key", TOCSIN_ORGANISATION_KEY_COLUMNS, "id"),
     TOCSIN_INSERT("organisation_key", TOCSIN_ORGANISATION_KEY_COLUMNS)},
    {"organisation_client", kOrganisationClient, false,
     TOCSIN_PAGE_BY_TWO("organisation_client", TOCSIN_ORGANISATION_CLIENT_COLUMNS, "provider_id, client_id"),
     TOCSIN_INSERT("organisation_client", TOCSIN_ORGANISATION_CLIENT_COLUMNS), 2},
    {"person", kPerson, false, TOCSIN_PAGE("person", TOCSIN_PERSON_COLUMNS, "id"),
     TOCSIN_INSERT("person", TOCSIN_PERSON_COLUMNS)},
    {"membership", kMembership, false,
     TOCSIN_PAGE_BY_TWO("membership", TOCSIN_MEMBERSHIP_COLUMNS, "person_id, organisation_id"),
     TOCSIN_INSERT("membership", TOCSIN_MEMBERSHIP_COLUMNS), 2},
    {"community", kCommunity, false, TOCSIN_PAGE("community", TOCSIN_COMMUNITY_COLUMNS, "id"),
     TOCSIN_INSERT("community", TOCSIN_COMMUNITY_COLUMNS)},
    {"community_organisation", kCommunityOrganisation, false,
     TOCSIN_PAGE_BY_TWO("community_organisation", TOCSIN_COMMUNITY_ORGANISATION_COLUMNS,
                        "community_id, organisation_id"),
     TOCSIN_INSERT("community_organisation", TOCSIN_COMMUNITY_ORGANISATION_COLUMNS), 2},
    {"community_person", kCommunityPerson, false,
     TOCSIN_PAGE_BY_TWO("community_person", TOCSIN_COMMUNITY_PERSON_COLUMNS, "community_id, person_id"),
     TOCSIN_INSERT("community_person", TOCSIN_COMMUNITY_PERSON_COLUMNS), 2},
    {"case_file", kCaseFile, false, TOCSIN_PAGE("case_file", TOCSIN_CASE_FILE_COLUMNS, "id"),
     TOCSIN_INSERT("case_file", TOCSIN_CASE_FILE_COLUMNS)},
    {"case_participant", kCaseParticipant, false,
     TOCSIN_PAGE_BY_THREE("case_participant", TOCSIN_CASE_PARTICIPANT_COLUMNS, "case_id, kind, grantee_id"),
     TOCSIN_INSERT("case_participant", TOCSIN_CASE_PARTICIPANT_COLUMNS), 3},
    {"member_state", kMemberState, true, TOCSIN_PAGE_BY_TEXT("member_state", TOCSIN_MEMBER_STATE_COLUMNS, "name"),
     TOCSIN_INSERT("member_state", TOCSIN_MEMBER_STATE_COLUMNS)},
    {"audience", kAudience, false, TOCSIN_PAGE("audience", TOCSIN_AUDIENCE_COLUMNS, "id"),
     TOCSIN_INSERT("audience", TOCSIN_AUDIENCE_COLUMNS)},
    {"audience_grantee", kAudienceGrantee, false,
     TOCSIN_PAGE_BY_THREE("audience_grantee", TOCSIN_AUDIENCE_GRANTEE_COLUMNS, "audience_id, kind, grantee_id"),
     TOCSIN_INSERT("audience_grantee", TOCSIN_AUDIENCE_GRANTEE_COLUMNS), 3},
    {"credential", kCredential, false, TOCSIN_PAGE("credential", TOCSIN_CREDENTIAL_COLUMNS, "id"),
     TOCSIN_INSERT("credential", TOCSIN_CREDENTIAL_COLUMNS)},
    {"api_token", kApiToken, false, TOCSIN_PAGE("api_token", TOCSIN_API_TOKEN_COLUMNS, "id"),
     TOCSIN_INSERT("api_token", TOCSIN_API_TOKEN_COLUMNS)},
    {"outside_role", kOutsideRole, false,
     TOCSIN_PAGE_BY_TWO("outside_role", TOCSIN_OUTSIDE_ROLE_COLUMNS, "person_id, organisation_id"),
     TOCSIN_INSERT("outside_role", TOCSIN_OUTSIDE_ROLE_COLUMNS), 2},
    {"record", kRecord, false, TOCSIN_PAGE("record", TOCSIN_RECORD_COLUMNS_ALL, "id"),
     TOCSIN_INSERT("record", TOCSIN_RECORD_COLUMNS_ALL)},
    {"revision", kRevision, false, TOCSIN_PAGE("revision", TOCSIN_REVISION_COLUMNS, "id"),
     TOCSIN_INSERT("revision", TOCSIN_REVISION_COLUMNS)},
    {"change", kChange, false, TOCSIN_PAGE("change", TOCSIN_CHANGE_COLUMNS, "sequence"),
     TOCSIN_INSERT("change", TOCSIN_CHANGE_COLUMNS)},
    {"break_glass", kBreakGlass, false, TOCSIN_PAGE("break_glass", TOCSIN_BREAK_GLASS_COLUMNS, "id"),
     TOCSIN_INSERT("break_glass", TOCSIN_BREAK_GLASS_COLUMNS)},
    {"approval", kApproval, false, TOCSIN_PAGE("approval", TOCSIN_APPROVAL_COLUMNS, "id"),
     TOCSIN_INSERT("approval", TOCSIN_APPROVAL_COLUMNS)},
    {"asset", kAsset, false, TOCSIN_PAGE("asset", TOCSIN_ASSET_ALL, "id"), TOCSIN_INSERT("asset", TOCSIN_ASSET_ALL)},
    {"inventory_bom", kBom, false, TOCSIN_PAGE("inventory_bom", TOCSIN_BOM_ALL, "id"),
     TOCSIN_INSERT("inventory_bom", TOCSIN_BOM_ALL)},
    {"inventory_bom_part", kBomPart, false,
     TOCSIN_PAGE_BY_TWO("inventory_bom_part", TOCSIN_BOM_PART_ALL, "bom_id, asset_id"),
     TOCSIN_INSERT("inventory_bom_part", TOCSIN_BOM_PART_ALL), 2},
    {"asset_state", kAssetState, false, TOCSIN_PAGE("asset_state", TOCSIN_ASSET_STATE_ALL, "id"),
     TOCSIN_INSERT("asset_state", TOCSIN_ASSET_STATE_ALL)},
    {"asset_match_span", kAssetMatchSpan, false, TOCSIN_PAGE("asset_match_span", TOCSIN_ASSET_MATCH_SPAN_ALL, "id"),
     TOCSIN_INSERT("asset_match_span", TOCSIN_ASSET_MATCH_SPAN_ALL)},
    {"asset_decision", kAssetDecision, false, TOCSIN_PAGE("asset_decision", TOCSIN_ASSET_DECISION_ALL, "id"),
     TOCSIN_INSERT("asset_decision", TOCSIN_ASSET_DECISION_ALL)},
    {"taxii_version", kTaxiiVersion, false, TOCSIN_PAGE("taxii_version", TOCSIN_TAXII_VERSION_ALL, "revision_id"),
     TOCSIN_INSERT("taxii_version", TOCSIN_TAXII_VERSION_ALL)},
    {"taxii_clock", kTaxiiClock, false, TOCSIN_PAGE("taxii_clock", TOCSIN_TAXII_CLOCK_ALL, "id"),
     TOCSIN_INSERT("taxii_clock", TOCSIN_TAXII_CLOCK_ALL)},
    {"taxii_collection", kTaxiiCollection, true,
     TOCSIN_PAGE_BY_TEXT("taxii_collection", TOCSIN_TAXII_COLLECTION_ALL, "id"),
     TOCSIN_INSERT("taxii_collection", TOCSIN_TAXII_COLLECTION_ALL)},
    {"taxii_peer", kTaxiiPeer, false, TOCSIN_PAGE("taxii_peer", TOCSIN_TAXII_PEER_ALL, "id"),
     TOCSIN_INSERT("taxii_peer", TOCSIN_TAXII_PEER_ALL)},
    {"taxii_peer_event", kTaxiiPeerEvent, false, TOCSIN_PAGE("taxii_peer_event", TOCSIN_TAXII_PEER_EVENT_ALL, "id"),
     TOCSIN_INSERT("taxii_peer_event", TOCSIN_TAXII_PEER_EVENT_ALL)},
    {"taxii_writer", kTaxiiWriter, true, TOCSIN_PAGE_BY_TEXT("taxii_writer", TOCSIN_TAXII_WRITER_ALL, "collection_id"),
     TOCSIN_INSERT("taxii_writer", TOCSIN_TAXII_WRITER_ALL)},
    {"taxii_status", kTaxiiStatus, true, TOCSIN_PAGE_BY_TEXT("taxii_status", TOCSIN_TAXII_STATUS_ALL, "id"),
     TOCSIN_INSERT("taxii_status", TOCSIN_TAXII_STATUS_ALL)},
    {"asset_verdict", kAssetVerdict, false, TOCSIN_PAGE("asset_verdict", TOCSIN_ASSET_VERDICT_ALL, "id"),
     TOCSIN_INSERT("asset_verdict", TOCSIN_ASSET_VERDICT_ALL)},
    {"inventory_mapping", kInventoryMapping, false,
     TOCSIN_PAGE("inventory_mapping", TOCSIN_INVENTORY_MAPPING_ALL, "id"),
     TOCSIN_INSERT("inventory_mapping", TOCSIN_INVENTORY_MAPPING_ALL)},
    {"coverage_statement", kCoverageStatement, false,
     TOCSIN_PAGE("coverage_statement", TOCSIN_COVERAGE_STATEMENT_ALL, "id"),
     TOCSIN_INSERT("coverage_statement", TOCSIN_COVERAGE_STATEMENT_ALL)},
    {"inventory_grant", kInventoryGrant, false, TOCSIN_PAGE("inventory_grant", TOCSIN_INVENTORY_GRANT_ALL, "id"),
     TOCSIN_INSERT("inventory_grant", TOCSIN_INVENTORY_GRANT_ALL)},
    {"webhook", kWebhook, false, TOCSIN_PAGE("webhook", TOCSIN_WEBHOOK_ALL, "id"),
     TOCSIN_INSERT("webhook", TOCSIN_WEBHOOK_ALL)},
    {"subscription", kSubscription, false, TOCSIN_PAGE("subscription", TOCSIN_SUBSCRIPTION_ALL, "id"),
     TOCSIN_INSERT("subscription", TOCSIN_SUBSCRIPTION_ALL)},
    {"reading_time", kReadingTime, false, TOCSIN_PAGE("reading_time", TOCSIN_READING_TIME_ALL, "person_id"),
     TOCSIN_INSERT("reading_time", TOCSIN_READING_TIME_ALL)},
    {"notice_record", kNoticeRecord, false, TOCSIN_PAGE("notice_record", TOCSIN_NOTICE_RECORD_ALL, "record_id"),
     TOCSIN_INSERT("notice_record", TOCSIN_NOTICE_RECORD_ALL)},
    {"notice_letter", kNoticeLetter, false, TOCSIN_PAGE("notice_letter", TOCSIN_NOTICE_LETTER_ALL, "id"),
     TOCSIN_INSERT("notice_letter", TOCSIN_NOTICE_LETTER_ALL)},
    {"notice", kNotice, false, TOCSIN_PAGE("notice", TOCSIN_NOTICE_ALL, "id"),
     TOCSIN_INSERT("notice", TOCSIN_NOTICE_ALL)},
    {"notice_subscription", kNoticeSubscription, false,
     TOCSIN_PAGE_BY_TWO("notice_subscription", TOCSIN_NOTICE_SUBSCRIPTION_ALL, "notice_id, subscription_id"),
     TOCSIN_INSERT("notice_subscription", TOCSIN_NOTICE_SUBSCRIPTION_ALL), 2},
    {"asset_news", kAssetNews, false, TOCSIN_PAGE("asset_news", TOCSIN_ASSET_NEWS_ALL, "id"),
     TOCSIN_INSERT("asset_news", TOCSIN_ASSET_NEWS_ALL)},
    {"asset_notice", kAssetNotice, false, TOCSIN_PAGE("asset_notice", TOCSIN_ASSET_NOTICE_ALL, "id"),
     TOCSIN_INSERT("asset_notice", TOCSIN_ASSET_NOTICE_ALL)},
    {"asset_notice_match", kAssetNoticeMatch, false,
     TOCSIN_PAGE("asset_notice_match", TOCSIN_ASSET_NOTICE_MATCH_ALL, "id"),
     TOCSIN_INSERT("asset_notice_match", TOCSIN_ASSET_NOTICE_MATCH_ALL)},
    {"asset_notice_subscription", kAssetNoticeSubscription, false,
     TOCSIN_PAGE_BY_TWO("asset_notice_subscription", TOCSIN_ASSET_NOTICE_SUBSCRIPTION_ALL,
                        "notice_id, subscription_id"),
     TOCSIN_INSERT("asset_notice_subscription", TOCSIN_ASSET_NOTICE_SUBSCRIPTION_ALL), 2},
    {"notice_seen", kNoticeSeen, false, TOCSIN_PAGE("notice_seen", TOCSIN_NOTICE_SEEN_ALL, "person_id"),
     TOCSIN_INSERT("notice_seen", TOCSIN_NOTICE_SEEN_ALL)},
    {"decision_table", kDecisionTable, false, TOCSIN_PAGE("decision_table", TOCSIN_DECISION_TABLE_ALL, "id"),
     TOCSIN_INSERT("decision_table", TOCSIN_DECISION_TABLE_ALL)},
    {"exposure_consent", kExposureConsent, false, TOCSIN_PAGE("exposure_consent", TOCSIN_EXPOSURE_CONSENT_ALL, "id"),
     TOCSIN_INSERT("exposure_consent", TOCSIN_EXPOSURE_CONSENT_ALL)},
    {"exposure_sum_run", kExposureSumRun, false, TOCSIN_PAGE("exposure_sum_run", TOCSIN_EXPOSURE_SUM_RUN_ALL, "day"),
     TOCSIN_INSERT("exposure_sum_run", TOCSIN_EXPOSURE_SUM_RUN_ALL)},
    {"exposure_sum", kExposureSum, false, TOCSIN_PAGE("exposure_sum", TOCSIN_EXPOSURE_SUM_ALL, "id"),
     TOCSIN_INSERT("exposure_sum", TOCSIN_EXPOSURE_SUM_ALL)},
    {"exposure_sum_cell", kExposureSumCell, false,
     TOCSIN_PAGE_BY_TWO("exposure_sum_cell", TOCSIN_EXPOSURE_SUM_CELL_ALL, "sum_id, sector"),
     TOCSIN_INSERT("exposure_sum_cell", TOCSIN_EXPOSURE_SUM_CELL_ALL), 2},
    {"exposure_sum_part", kExposureSumPart, false, TOCSIN_PAGE("exposure_sum_part", TOCSIN_EXPOSURE_SUM_PART_ALL, "id"),
     TOCSIN_INSERT("exposure_sum_part", TOCSIN_EXPOSURE_SUM_PART_ALL)},
    {"exposure_alias", kExposureAlias, false, TOCSIN_PAGE("exposure_alias", TOCSIN_EXPOSURE_ALIAS_ALL, "id"),
     TOCSIN_INSERT("exposure_alias", TOCSIN_EXPOSURE_ALIAS_ALL)},
    {"exposure_alias_lesson", kExposureAliasLesson, false,
     TOCSIN_PAGE_BY_THREE("exposure_alias_lesson", TOCSIN_EXPOSURE_ALIAS_LESSON_ALL, "alias_id, asset_id, record_id"),
     TOCSIN_INSERT("exposure_alias_lesson", TOCSIN_EXPOSURE_ALIAS_LESSON_ALL), 3},
    {"exposure_alias_consent", kExposureAliasConsent, false,
     TOCSIN_PAGE("exposure_alias_consent", TOCSIN_EXPOSURE_ALIAS_CONSENT_ALL, "id"),
     TOCSIN_INSERT("exposure_alias_consent", TOCSIN_EXPOSURE_ALIAS_CONSENT_ALL)},
    {"exposure_alias_run", kExposureAliasRun, false,
     TOCSIN_PAGE("exposure_alias_run", TOCSIN_EXPOSURE_ALIAS_RUN_ALL, "day"),
     TOCSIN_INSERT("exposure_alias_run", TOCSIN_EXPOSURE_ALIAS_RUN_ALL)},
    {"community_alias", kCommunityAlias, false, TOCSIN_PAGE("community_alias", TOCSIN_COMMUNITY_ALIAS_ALL, "id"),
     TOCSIN_INSERT("community_alias", TOCSIN_COMMUNITY_ALIAS_ALL)},
    {"audit", kAudit, false, TOCSIN_PAGE("audit", TOCSIN_AUDIT_COLUMNS, "sequence"),
     TOCSIN_INSERT("audit", TOCSIN_AUDIT_COLUMNS)},
    {"audit_personal", kAuditPersonal, false, TOCSIN_PAGE("audit_personal", TOCSIN_AUDIT_PERSONAL_COLUMNS, "sequence"),
     TOCSIN_INSERT("audit_personal", TOCSIN_AUDIT_PERSONAL_COLUMNS)},
    {"audit_checkpoint", kAuditCheckpoint, false,
     TOCSIN_PAGE("audit_checkpoint", TOCSIN_AUDIT_CHECKPOINT_COLUMNS, "sequence"),
     TOCSIN_INSERT("audit_checkpoint", TOCSIN_AUDIT_CHECKPOINT_COLUMNS)},
    {"evidence_source", kEvidenceSource, true,
     TOCSIN_PAGE_BY_TEXT("evidence_source", TOCSIN_EVIDENCE_SOURCE_COLUMNS, "name"),
     TOCSIN_INSERT("evidence_source", TOCSIN_EVIDENCE_SOURCE_COLUMNS)},
    {"known_exploited", kKnownExploited, true,
     TOCSIN_PAGE_BY_TEXT("known_exploited", TOCSIN_KNOWN_EXPLOITED_COLUMNS, "cve"),
     TOCSIN_INSERT("known_exploited", TOCSIN_KNOWN_EXPLOITED_COLUMNS)},
    {"exploit_score", kExploitScore, true, TOCSIN_PAGE_BY_TEXT("exploit_score", TOCSIN_EXPLOIT_SCORE_COLUMNS, "cve"),
     TOCSIN_INSERT("exploit_score", TOCSIN_EXPLOIT_SCORE_COLUMNS)},
    {"bundle", kBundle, false, TOCSIN_PAGE("bundle", TOCSIN_BUNDLE_COLUMNS, "id"),
     TOCSIN_INSERT("bundle", TOCSIN_BUNDLE_COLUMNS)},
    {"bundle_content", kBundleContent, false,
     TOCSIN_PAGE_BY_TWO("bundle_content", TOCSIN_BUNDLE_CONTENT_COLUMNS, "bundle_id, record_id"),
     TOCSIN_INSERT("bundle_content", TOCSIN_BUNDLE_CONTENT_COLUMNS), 2},
    {"bundle_gone", kBundleGone, false,
     TOCSIN_PAGE_BY_TWO("bundle_gone", TOCSIN_BUNDLE_GONE_COLUMNS, "bundle_id, record_id"),
     TOCSIN_INSERT("bundle_gone", TOCSIN_BUNDLE_GONE_COLUMNS), 2},
    {"record_read", kRecordRead, false,
     TOCSIN_PAGE_BY_TWO("record_read", TOCSIN_RECORD_READ_COLUMNS, "person_id, record_id"),
     TOCSIN_INSERT("record_read", TOCSIN_RECORD_READ_COLUMNS), 2},
    {"mail_key", kMailKey, false, TOCSIN_PAGE("mail_key", TOCSIN_MAIL_KEY_COLUMNS, "person_id"),
     TOCSIN_INSERT("mail_key", TOCSIN_MAIL_KEY_COLUMNS)},
    {"record_comment", kRecordComment, false, TOCSIN_PAGE("record_comment", TOCSIN_RECORD_COMMENT_COLUMNS, "id"),
     TOCSIN_INSERT("record_comment", TOCSIN_RECORD_COMMENT_COLUMNS)},
    {"removed_document", kRemovedDocument, true,
     TOCSIN_PAGE_BY_TEXT("removed_document", TOCSIN_REMOVED_DOCUMENT_COLUMNS, "sha512"),
     TOCSIN_INSERT("removed_document", TOCSIN_REMOVED_DOCUMENT_COLUMNS)},
    {"shared_report", kSharedReport, false, TOCSIN_PAGE("shared_report", TOCSIN_SHARED_REPORT_ALL, "record_id"),
     TOCSIN_INSERT("shared_report", TOCSIN_SHARED_REPORT_ALL)},
    {"shared_object", kSharedObject, false, TOCSIN_PAGE("shared_object", TOCSIN_SHARED_OBJECT_ALL, "record_id"),
     TOCSIN_INSERT("shared_object", TOCSIN_SHARED_OBJECT_ALL)},
    {"shared_sighting", kSharedSighting, false,
     TOCSIN_PAGE_BY_TWO("shared_sighting", TOCSIN_SHARED_SIGHTING_ALL, "record_id, organisation_id"),
     TOCSIN_INSERT("shared_sighting", TOCSIN_SHARED_SIGHTING_ALL), 2},
    {"shared_thanks", kSharedThanks, false,
     TOCSIN_PAGE_BY_TWO("shared_thanks", TOCSIN_SHARED_THANKS_ALL, "record_id, organisation_id"),
     TOCSIN_INSERT("shared_thanks", TOCSIN_SHARED_THANKS_ALL), 2},
    {"shared_told", kSharedTold, false,
     TOCSIN_PAGE_BY_TWO("shared_told", TOCSIN_SHARED_TOLD_ALL, "record_id, organisation_id"),
     TOCSIN_INSERT("shared_told", TOCSIN_SHARED_TOLD_ALL), 2},
};

}  // namespace

std::span<const BackupTableCode> backup_table_list() { return kTables; }

std::vector<BackupTable> backup_tables() {
  std::vector<BackupTable> tables;
  for (const auto& each : kTables) {
    BackupTable table{.name = each.name, .columns = {}};
    for (const auto& column : each.columns) table.columns.push_back(column.name);
    tables.push_back(std::move(table));
  }
  // Kept as files of their own.
  tables.push_back({.name = "revision_document", .columns = {"revision_id", "bytes"}});
  return tables;
}

Status advance_identities(store::Connection& connection) {
  return connection.run_script(
      "SELECT setval(pg_get_serial_sequence('organisation', 'id'), (SELECT greatest(max(id), 1) FROM organisation));"
      "SELECT setval(pg_get_serial_sequence('organisation_contact', 'id'), (SELECT greatest(max(id), 1) FROM "
      "organisation_contact));"
      "SELECT setval(pg_get_serial_sequence('organisation_key', 'id'), (SELECT greatest(max(id), 1) FROM "
      "organisation_key));"
      "SELECT setval(pg_get_serial_sequence('person', 'id'), (SELECT greatest(max(id), 1) FROM person));"
      "SELECT setval(pg_get_serial_sequence('community', 'id'), (SELECT greatest(max(id), 1) FROM community));"
      "SELECT setval(pg_get_serial_sequence('case_file', 'id'), (SELECT greatest(max(id), 1) FROM case_file));"
      "SELECT setval(pg_get_serial_sequence('audience', 'id'), (SELECT greatest(max(id), 1) FROM audience));"
      "SELECT setval(pg_get_serial_sequence('credential', 'id'), (SELECT greatest(max(id), 1) FROM credential));"
      "SELECT setval(pg_get_serial_sequence('api_token', 'id'), (SELECT greatest(max(id), 1) FROM api_token));"
      "SELECT setval(pg_get_serial_sequence('break_glass', 'id'), (SELECT greatest(max(id), 1) FROM break_glass));"
      "SELECT setval(pg_get_serial_sequence('approval', 'id'), (SELECT greatest(max(id), 1) FROM approval));"
      "SELECT setval(pg_get_serial_sequence('bundle', 'id'), (SELECT greatest(max(id), 1) FROM bundle));"
      "SELECT setval(pg_get_serial_sequence('asset', 'id'), (SELECT greatest(max(id), 1) FROM asset));"
      "SELECT setval(pg_get_serial_sequence('inventory_bom', 'id'), (SELECT greatest(max(id), 1) FROM inventory_bom));"
      "SELECT setval(pg_get_serial_sequence('asset_state', 'id'), (SELECT greatest(max(id), 1) FROM asset_state));"
      "SELECT setval(pg_get_serial_sequence('asset_match_span', 'id'), (SELECT greatest(max(id), 1) FROM "
      "asset_match_span));"
      "SELECT setval(pg_get_serial_sequence('asset_decision', 'id'), (SELECT greatest(max(id), 1) FROM "
      "asset_decision));"
      "SELECT setval(pg_get_serial_sequence('asset_verdict', 'id'), (SELECT greatest(max(id), 1) FROM asset_verdict));"
      "SELECT setval(pg_get_serial_sequence('inventory_mapping', 'id'), (SELECT greatest(max(id), 1) FROM "
      "inventory_mapping));"
      "SELECT setval(pg_get_serial_sequence('coverage_statement', 'id'), (SELECT greatest(max(id), 1) FROM "
      "coverage_statement));"
      "SELECT setval(pg_get_serial_sequence('taxii_peer', 'id'), (SELECT greatest(max(id), 1) FROM taxii_peer));"
      "SELECT setval(pg_get_serial_sequence('taxii_peer_event', 'id'), (SELECT greatest(max(id), 1) FROM "
      "taxii_peer_event));"
      "SELECT setval(pg_get_serial_sequence('webhook', 'id'), (SELECT greatest(max(id), 1) FROM webhook));"
      "SELECT setval(pg_get_serial_sequence('inventory_grant', 'id'), (SELECT greatest(max(id), 1) FROM "
      "inventory_grant));"
      "SELECT setval(pg_get_serial_sequence('subscription', 'id'), (SELECT greatest(max(id), 1) FROM subscription));"
      "SELECT setval(pg_get_serial_sequence('notice_letter', 'id'), (SELECT greatest(max(id), 1) FROM notice_letter));"
      "SELECT setval(pg_get_serial_sequence('notice', 'id'), (SELECT greatest(max(id), 1) FROM notice));"
      "SELECT setval(pg_get_serial_sequence('asset_news', 'id'), (SELECT greatest(max(id), 1) FROM asset_news));"
      "SELECT setval(pg_get_serial_sequence('asset_notice', 'id'), (SELECT greatest(max(id), 1) FROM asset_notice));"
      "SELECT setval(pg_get_serial_sequence('asset_notice_match', 'id'), (SELECT greatest(max(id), 1) FROM "
      "asset_notice_match));"
      "SELECT setval(pg_get_serial_sequence('decision_table', 'id'), (SELECT greatest(max(id), 1) FROM "
      "decision_table));"
      "SELECT setval(pg_get_serial_sequence('exposure_consent', 'id'), (SELECT greatest(max(id), 1) FROM "
      "exposure_consent));"
      "SELECT setval(pg_get_serial_sequence('exposure_alias', 'id'), (SELECT greatest(max(id), 1) FROM "
      "exposure_alias));"
      "SELECT setval(pg_get_serial_sequence('exposure_alias_consent', 'id'), (SELECT greatest(max(id), 1) FROM "
      "exposure_alias_consent));"
      "SELECT setval(pg_get_serial_sequence('community_alias', 'id'), (SELECT greatest(max(id), 1) FROM "
      "community_alias));"
      "SELECT setval(pg_get_serial_sequence('exposure_sum', 'id'), (SELECT greatest(max(id), 1) FROM exposure_sum));"
      "SELECT setval(pg_get_serial_sequence('exposure_sum_part', 'id'), (SELECT greatest(max(id), 1) FROM "
      "exposure_sum_part));"
      "SELECT setval(pg_get_serial_sequence('record_comment', 'id'), (SELECT greatest(max(id), 1) FROM "
      "record_comment));"
      // Not those of removed ones either.
      "SELECT setval(pg_get_serial_sequence('record', 'id'), (SELECT greatest(max(id), (SELECT max(record_id) FROM "
      "removed_document), 1) FROM record));"
      "SELECT setval(pg_get_serial_sequence('revision', 'id'), (SELECT greatest(max(id), 1) FROM revision));"
      "SELECT setval(pg_get_serial_sequence('change', 'sequence'), (SELECT greatest(max(sequence), 1) FROM change));");
}

}  // namespace tocsin::exchange
