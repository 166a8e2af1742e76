#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/four_eyes.hpp"
#include "domain/policy.hpp"

/// Who asks for something to be done, and from where. Every use case that writes takes one, checks the permission first
/// and appends to the audit log in the transaction of its data, so that page, API and command line cannot differ.
namespace tocsin::engine {
namespace post {
class Post;
}

struct Actor {
  domain::policy::Viewer viewer;
  /// The command line on the machine itself: may do everything, is nobody's account.
  bool console = false;
  /// A bit per domain::Permission that is not given whatever the roles say: outside a token's scopes.
  std::uint32_t withheld = 0;
  /// Signed in by a token: may not touch what proves who somebody is, so that a stolen token breeds no other access.
  bool program = false;
  bool second_factor = false;  ///< Was one given for this session?
  /// What they may not do alone: it waits for another person (engine/guard/second_person.hpp). Nothing, at the console.
  domain::FourEyes four_eyes;
  /// Writes to those who are to decide, and to who asked; none: they find it in the portal.
  const post::Post* post = nullptr;
  std::string reason;       ///< Why, for whoever has to approve it.
  std::string approved_by;  ///< Who has, when it is carried out: for the audit log.
  std::string name;         ///< For the audit log's readers: "console", a mail address, a token's name.
  std::string address;      ///< Without port; empty at the console.
  std::string agent;        ///< User-Agent, cut to 200 bytes.
  std::string request_id;   ///< Empty at the console.

  bool may(domain::Permission permission) const noexcept;
  /// Errors: forbidden, saying which roles may.
  Status require(domain::Permission permission) const;
  /// The permission `anywhere`, or `own` while acting for this very organisation. Errors: forbidden.
  Status require(domain::Permission anywhere, domain::Permission own, domain::OrganisationId organisation) const;

  static Actor at_console();
  /// Without account or session, as a visitor of the portal.
  static Actor anonymous() { return {}; }
};

}  // namespace tocsin::engine
