#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/audit.hpp"
#include "domain/community.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// How the audit log is written to: which actions there are, and an entry of an actor.
namespace tocsin::engine::audit {

struct ActionText {
  std::string_view name, meaning;
};
/// Every action that the log knows; docs/audit.md has the same table, and a test holds them equal. The name is kept for
/// ever: only ever added to.
inline constexpr ActionText kActions[] = {
    {"sign-in", "Somebody signed in."},
    {"sign-in.refused", "A password, code or passkey was wrong, or the account may not sign in."},
    {"sign-in.again", "Somebody proved once more who they are, before something weighty."},
    {"sign-out", "Somebody signed out."},
    {"session.revoke", "A session was ended from elsewhere."},
    {"session.act-for", "Somebody went on for another of their organisations."},
    {"password.change", "A password was set or changed."},
    {"second-factor.add", "A second factor was added to an account."},
    {"second-factor.remove", "A second factor was removed from an account."},
    {"recovery.create", "New recovery codes were made, and the old ones went."},
    {"recovery.use", "A recovery code stood in for the second factor."},
    {"identity.add", "An account was connected with a sign-in elsewhere."},
    {"identity.remove", "An account was disconnected from a sign-in elsewhere."},
    {"token.create", "A token for programs was made."},
    {"token.revoke", "A token for programs was revoked."},
    {"token.use-refused", "A token was used that is expired or revoked, or from a network it is not for."},
    {"link.create", "A link for an invitation, a mail address or a new password was made."},
    {"link.use", "Such a link was used."},
    {"link.use-refused", "Such a link was used that is expired, used up or unknown."},
    {"organisation.apply", "An organisation applied for membership."},
    {"organisation.create", "An organisation was entered."},
    {"organisation.vet", "An organisation was vetted."},
    {"organisation.activate", "An organisation became a member, or is one again."},
    {"organisation.refuse", "An organisation's application was refused."},
    {"organisation.change", "An organisation's profile, contacts, keys or clients were changed."},
    {"organisation.suspend", "An organisation was suspended."},
    {"organisation.leave", "An organisation left."},
    {"person.invite", "Somebody was invited."},
    {"person.create", "An account was made."},
    {"person.change", "An account's name, mail address or language was changed."},
    {"person.suspend", "An account was suspended."},
    {"person.activate", "An account was opened, or opened again."},
    {"person.erase", "An account and what the log knew personally of it were erased."},
    {"person.export", "All that is kept about a person was handed out."},
    {"membership.add", "A person became a member of an organisation."},
    {"membership.change", "A person's roles in an organisation were changed."},
    {"membership.remove", "A person is no longer a member of an organisation."},
    {"community.create", "A community was made."},
    {"community.change", "A community's name, description or openness was changed."},
    {"community.close", "A community was closed."},
    {"community.add-member", "An organisation or a person was added to a community."},
    {"community.remove-member", "An organisation or a person was removed from a community."},
    {"case.open", "A case was opened."},
    {"case.change", "A case's title was changed."},
    {"case.close", "A case was closed."},
    {"case.reopen", "A closed case was opened again."},
    {"case.add-participant", "An organisation or a person was added to a case, or given another part in it."},
    {"case.remove-participant", "An organisation or a person was taken out of a case."},
    {"record.read", "A record marked TLP:AMBER or above was read."},
    {"record.export", "A record marked TLP:AMBER or above was taken out as a file."},
    {"break-glass.open", "Somebody opened a record that the policy does not show them, for a while."},
    {"break-glass.refused", "Somebody tried to, and there was nothing of this name to open."},
    {"break-glass.read", "A record was read that its reader had opened so."},
    {"approval.ask", "Somebody asked for an act that a second person has to approve."},
    {"approval.approve", "A second person approved it, and it was done."},
    {"approval.reject", "A second person refused it."},
    {"approval.withdraw", "Who had asked for it withdrew it."},
    {"approval.refused", "It could not be done when it was approved: what it was based on had changed."},
    {"break-glass.end", "Such access was ended before its time."},
    {"record.import", "Records were imported."},
    {"evidence.import",
     "Known exploited vulnerabilities or EPSS scores were imported, or refused as older than those here."},
    {"bundle.create", "A bundle for a place without a network was written."},
    {"bundle.apply", "A bundle was taken in."},
    {"record.publish", "A record was published."},
    {"record.change", "A record was changed."},
    {"record.withdraw", "A record was withdrawn."},
    {"record.change-marking", "A record's TLP, addressees or embargo were changed."},
    {"record.remove", "A record was removed with all its revisions; the detail has its id and their SHA-512."},
    {"record.mark-read", "Somebody marked records as read."},
    {"record.mark-unread", "Somebody marked a record as unread."},
    {"comment.add", "A comment on a record was written."},
    {"comment.change", "A comment on a record was changed by its author."},
    {"comment.remove", "A comment on a record was removed."},
    {"threat.create", "Somebody wrote an object of STIX for their organisation."},
    {"threat.change", "Such an object, or what it is related to, was changed."},
    {"threat.revoke", "Such an object was revoked, with the reason."},
    {"threat.import", "Somebody imported a file of threat knowledge for their organisation."},
    {"threat.same", "Somebody said that an object is the same as another, with the reason."},
    {"threat.same-withdraw", "Their organisation took that back."},
    {"report.share", "Somebody shared what their organisation saw; of what is anonymous the entry does not say who."},
    {"report.change", "Such a report was changed."},
    {"report.revoke", "Such a report was revoked."},
    {"report.thank", "Somebody thanked, for their organisation, who shared such a report."},
    {"report.unthank", "They took that back."},
    {"sighting.add", "Somebody said that their organisation saw the same."},
    {"sighting.withdraw", "They took that back."},
    {"access.refused", "Something was asked for that the asker may not do or see."},
    {"audit.read", "The log was read."},
    {"audit.export", "The log was exported."},
    {"audit.checkpoint", "The log's end was signed."},
    {"audit.prune", "Entries older than the retention were removed; the object names the last of them."},
    {"audit.erase-personal",
     "Address, agent and detail of entries older than their retention were erased; the object names the last of them."},
    {"setting.change", "A setting was changed."},
    {"mail.retry", "Mails that had not been sent were to be tried again."},
    {"mail.drop", "A mail that had not been sent was dropped."},
    {"mail.test", "A test mail was sent."},
    {"backup.create", "A backup was written."},
    {"backup.restore", "The installation was filled from a backup."},
    {"inventory.import", "A file was imported into an inventory."},
    {"inventory.remove-bom", "A bill of materials was removed from an inventory."},
    {"inventory.map-columns", "What the columns of inventory files mean was remembered."},
    {"inventory.add", "An asset was entered into an inventory."},
    {"inventory.change", "An asset of an inventory was changed."},
    {"inventory.remove", "An asset was removed from an inventory."},
    {"inventory.export", "An inventory was taken out as a file."},
    {"inventory.coverage", "An organisation said which mitigations and data components are in place in its plants."},
    {"inventory.grant", "The CERT was granted to read an inventory, or a site of it."},
    {"inventory.revoke", "Such a grant was revoked."},
    {"inventory.read-granted", "The CERT looked into an inventory that it was granted."},
    {"exposure.state", "What was done about advisories on assets was noted."},
    {"exposure.run", "Somebody asked for advisories and assets to be held against each other."},
    {"exposure.verdict", "Matches between advisories and assets were confirmed or rejected."},
    {"webhook.create", "An address was set at which an organisation's program is told what is new."},
    {"webhook.change", "Such a webhook was changed, enabled or disabled."},
    {"webhook.rotate", "A webhook got a new secret."},
    {"webhook.remove", "A webhook was removed."},
    {"webhook.test", "Something was sent to a webhook to try it out."},
    {"webhook.replay", "What could not be delivered to a webhook was to be tried again."},
    {"subscription.create", "Somebody subscribed to news."},
    {"subscription.change", "A subscription was changed, paused or taken up again."},
    {"subscription.remove", "A subscription was removed."},
    {"subscription.unsubscribe", "Mail of a subscription was ended by the link in a letter."},
    {"notification.times", "Somebody chose when they are told news."},
    {"notification.test", "A test letter of a subscription was sent."},
    {"notification.feed", "The token of somebody's own feed was made or revoked."},
    {"exposure.export", "A report of what advisories mean for an inventory was taken out."},
    {"exposure.share", "An organisation lets its counts go into sums over several."},
    {"exposure.unshare", "It does so no longer."},
    {"exposure.alias", "An organisation learnt or forgot what it calls a vendor or product."},
    {"exposure.contribute", "An organisation contributes such aliases to the community's."},
    {"exposure.uncontribute", "It does so no longer."},
    {"exposure.judge", "The CERT accepted or refused an alias for the community."},
    {"exposure.table", "The table was changed by which an organisation decides what to do about matches."},
    {"demo.sign-in", "Somebody signed in as one of the demonstration's people."},
    {"taxii.collection", "A TAXII collection was made or changed."},
    {"taxii.collection-remove", "A TAXII collection was removed."},
    {"taxii.peer", "A source that is read here by schedule (TAXII, news, MISP feed, list) was added or changed."},
    {"taxii.peer-run", "Reading such a source was asked for by hand."},
    {"taxii.peer-remove", "Such a source is no longer read here."},
    {"misp.add", "A client of MISP added an event."},
    {"misp.change", "A client of MISP changed an event."},
    {"taxii.add", "A program added objects to a TAXII collection."},
    {"taxii.remove-version", "A program removed versions of an object over TAXII."},
};

void no_such_action();  ///< Not constexpr, and not anywhere: a name that is none of kActions stops the compiler here.

/// One of kActions; another name does not compile.
class Action {
 public:
  // Implicit, so that a literal is an action where one is asked for.
  consteval Action(const char* name) : name_(name) {
    bool known = false;
    for (const auto& each : kActions) known = known || each.name == name_;
    if (!known) no_such_action();
  }
  constexpr std::string_view name() const noexcept { return name_; }

 private:
  std::string_view name_;
};
/// What it means, or empty where there is none of this name: for readers of the log.
std::string_view meaning_of(std::string_view action) noexcept;

/// "person:3": how entries name what was acted upon.
std::string object_of(std::string_view kind, std::int64_t id);
std::string object_of(domain::PersonId person);
std::string object_of(domain::OrganisationId organisation);
std::string object_of(domain::CommunityId community);
std::string object_of(domain::RecordId record);

/// Appends an entry inside the write transaction of what is done, so that both happen or neither. `owner` is the
/// organisation whose thing it was. `detail` may hold names, old and new values, never a secret; members that would
/// take it beyond store::kAuditDetailBytesMax are left out, and "cut": true says so. Who it was (Actor::name) goes into
/// it as "by". Returns the entry's number.
Result<std::int64_t> record(store::Connection& connection, const Actor& actor, Timestamp now, Action action,
                            std::string object = {}, std::optional<domain::OrganisationId> owner = {},
                            domain::audit::Outcome outcome = domain::audit::Outcome::done,
                            const boost::json::object& detail = {});

/// Something was refused to the actor, in a transaction of its own: what was asked for ended before, without effect.
/// `object`: what was asked for, such as "route:members.invite". Failing to write it is logged, for the answer is the
/// same.
void note_refusal(store::Database& database, const Actor& actor, std::string object, std::string_view why,
                  Timestamp now) noexcept;

}  // namespace tocsin::engine::audit
