#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "formats/stix/facts.hpp"
#include "store/database.hpp"

/// What is here of the objects that a program adds for its organisation, by whatever protocol.
namespace tocsin::exchange {

/// Under which what an organisation adds by itself is kept: nobody's hidden object is met there, and none can be
/// replaced.
std::string issuer_of(std::string_view organisation_uuid, domain::OrganisationId id);

/// Of one request, within its transaction.
class AlreadyHere {
 public:
  struct Object {
    domain::Record record;
    std::string version_order;
  };

  AlreadyHere(store::Connection& connection, const domain::policy::Viewer& viewer, std::string issuer, Timestamp now)
      : connection_(connection), viewer_(viewer), issuer_(std::move(issuer)), now_(now) {}
  const std::string& issuer() const noexcept { return issuer_; }

  Status look_up(std::span<const std::string> keys);
  /// Which of these bytes were removed here, by the organisation or, where it is the CERT, of what was imported. What
  /// others removed says nothing of what may be added, and would tell of what was hidden.
  Status look_up_removed(std::span<const std::string> sha512s);
  bool was_removed(const std::string& sha512) const { return removed_.contains(sha512); }
  /// Those of this STIX id that the asker sees, in the order of their records; null where they see none.
  const std::vector<Object>* seen(const std::string& key) const;
  /// Does the organisation have one under its issuer, seen by the asker or not?
  bool is_own(const std::string& key) const { return own_.contains(key); }
  /// Is the object's current revision the same version, and says the same?
  Result<bool> is_same(const Object& object, const domain::NewRevision& revision);

 private:
  store::Connection& connection_;
  const domain::policy::Viewer& viewer_;
  std::string issuer_;
  Timestamp now_;
  std::map<std::string, std::vector<Object>> seen_;
  std::set<std::string> own_, removed_;
  formats::stix::TapeReader kept_, given_;
};

}  // namespace tocsin::exchange
