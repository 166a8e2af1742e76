#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/person.hpp"
#include "domain/record.hpp"
#include "formats/cvss/cvss.hpp"
#include "store/changes.hpp"
#include "store/database.hpp"

/// What a channel beside mail and feed is handed: one change, told to one person.
namespace tocsin::engine::notify {

/// What is told, as it is at the moment of sending; the person has been allowed to see it at that moment.
struct Told {
  /// The same whatever happens, and never given again: receivers drop doubles by it.
  std::int64_t notice = 0;
  domain::PersonId person;
  domain::OrganisationId organisation;  ///< Acted for: through its eyes the record was seen.
  std::string record;                   ///< Its slug: the last part of its URL.
  domain::RecordId record_id;
  domain::RevisionId revision;
  std::string title;
  domain::Tlp tlp = domain::Tlp::clear;
  formats::cvss::Severity severity = formats::cvss::Severity::none;
  std::string url;  ///< Absolute; of the record's page.
  store::ChangeAction action = store::ChangeAction::created;
  std::vector<std::string> subscriptions;  ///< Names of those that ask for this channel and matched.
  Timestamp at;                            ///< Of the change.
};

/// Takes over what is told, by writing it where its own sender finds it: within the transaction that marks the notice
/// as sent, so that both happen or neither. Must not wait for any receiver. An error undoes the transaction, and the
/// notice stays waiting: only the database's errors are meant to be returned.
using Channel = std::function<Status(store::Connection& connection, const Told& told)>;

/// The same for a message about assets that were added or changed.
struct AssetsTold {
  std::int64_t notice = 0;  ///< As of Told, among messages of this kind.
  domain::PersonId person;
  domain::OrganisationId organisation;
  std::int64_t assets = 0, advisories = 0;
  struct Advisory {
    std::string record, title, url;
    domain::Tlp tlp = domain::Tlp::clear;
    formats::cvss::Severity severity = formats::cvss::Severity::none;
    std::int64_t assets = 0;
  };
  std::vector<Advisory> worst;  ///< The most urgent first; not all of them.
  std::string url;
  std::vector<std::string> subscriptions;
  Timestamp at;
};
using AssetsChannel = std::function<Status(store::Connection& connection, const AssetsTold& told)>;

}  // namespace tocsin::engine::notify
