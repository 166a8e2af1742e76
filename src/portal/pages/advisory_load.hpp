#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/advisory_facts.hpp"
#include "domain/record.hpp"
#include "engine/audit/view.hpp"
#include "engine/evidence/book.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/finding.hpp"
#include "portal/app.hpp"
#include "portal/http/message.hpp"

/// One revision of an advisory as its pages need it.
namespace tocsin::portal::pages {

/// A document as its rendering needs it, wherever it comes from.
struct ReadAdvisory {
  std::string bytes;  ///< As received.
  formats::csaf::Advisory advisory;
  domain::AdvisoryFacts facts;
  std::vector<formats::Finding> quality;  ///< What cannot be meant: TOC-nnn.
};

/// One that is stored here.
struct LoadedAdvisory : ReadAdvisory {
  domain::Record record;
  domain::Revision revision;                ///< The one that is read; mostly the current one.
  std::vector<domain::Revision> revisions;  ///< All, newest first.
  engine::evidence::Book evidence;          ///< On its vulnerabilities, from others.
  bool is_current() const noexcept { return revision.id == record.current_revision; }
};

/// The advisory that the request's `{id}` names, if its viewer may see it; `revision` empty is the current one.
/// Errors: not_found for what is hidden or absent, without difference.
Result<LoadedAdvisory> load_advisory(App& app, const http::Request& request, std::string_view revision = {});

/// The answer that shows a record: writes down who looked, where it is marked TLP:AMBER or above, and then keeps the
/// answer out of every cache, so that the next look is written down as well. Errors: what cannot be written down is not
/// shown.
Result<http::Response> looked_at(App& app, const http::Request& request, const domain::Record& record,
                                 engine::audit::view::Looking looking, http::Response response);

/// What others know of the vulnerabilities that the advisory, which was read, names.
Status look_up_evidence(store::Database& database, LoadedAdvisory& loaded);

/// Reads `bytes` into `advisory`, `facts` and `quality`: for who has found record and revision in another way.
Status read_document(LoadedAdvisory& loaded);
/// The same for bytes that are not stored, whose form has been checked.
Result<ReadAdvisory> read_document(std::string bytes);

/// How a revision stands in addresses: its version, or "~ID" where several revisions share it.
std::string revision_name(const std::vector<domain::Revision>& all, const domain::Revision& revision);

}  // namespace tocsin::portal::pages
