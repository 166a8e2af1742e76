#pragma once
#include <memory>
#include <string>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

/// The advisories that somebody may see as one file for a matcher that runs elsewhere: in their browser, so that their
/// inventory stays with them.
namespace tocsin::engine::exposure {

/// Keeps what was packed, by revision, so that a document is read once for all who may see it. Any thread.
class PortableAdvisories {
 public:
  PortableAdvisories();
  ~PortableAdvisories();

  /// Of what is published and not withdrawn, in the order of publisher and tracking id, as `tocsin match` takes them:
  /// see portable_form.hpp. What cannot be read as an advisory is left out, as it is from matching.
  Result<std::string> of(store::Database& database, const domain::policy::Viewer& viewer, Timestamp now);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::exposure
