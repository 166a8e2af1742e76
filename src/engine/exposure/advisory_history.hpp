#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/policy.hpp"
#include "engine/exposure/matcher.hpp"
#include "store/database.hpp"

/// Every revision of every advisory that is kept, ready to be asked what it says of one thing. As with the matchers of
/// the inventories, what must not be seen may not be felt either: what has the same marking and addressees forms a
/// matcher of its own, weighed against its own names and what everybody may read, and one that the asker may not see is
/// not asked at all.
namespace tocsin::engine::exposure {

/// A stored revision, as far as it is needed to tell of it.
struct KeptRevision {
  domain::RecordId record;
  domain::RevisionId revision;
  std::string slug, tracking_id, title;
  std::string version;  ///< Of its document.
  std::string order;    ///< Byte order is the order of versions.
  domain::Tlp tlp = domain::Tlp::clear;
  bool is_current = true;
  bool is_withdrawn = false;    ///< With this revision the advisory was withdrawn: it says nothing any more.
  Timestamp first_released_at;  ///< Of the advisory, as this revision says.
  Timestamp released_at;        ///< Of this revision, as it says.
  Timestamp received_at;        ///< When it came here.
  domain::policy::Facts record_facts, revision_facts;
  /// The document without texts that nobody needs, where it stands in no database.
  std::shared_ptr<const formats::csaf::Advisory> advisory = {};
};
bool may_see(const domain::policy::Viewer& viewer, const KeptRevision& revision, Timestamp now) noexcept;
/// Of a document that stands in no database. Its record is of its publisher and tracking id: of_documents() numbers it.
KeptRevision kept_of_document(formats::csaf::Advisory advisory, Timestamp received_at);

class AdvisoryHistory {
 public:
  using Pointer = std::shared_ptr<const AdvisoryHistory>;
  static Result<Pointer> load(store::Database& database, Timestamp now);
  /// `known` with what changed since: itself where nothing did. What changed is laid beside the rest, and all is loaded
  /// anew once that has become much; with `small_only` that is left for later, and `known` is given back.
  static Result<Pointer> refresh(const Pointer& known, store::Database& database, Timestamp now, bool small_only);
  /// Of documents that stand in no database: each with `advisory`.
  static Pointer of_documents(std::vector<KeptRevision> revisions);

  std::int64_t sequence() const noexcept;  ///< Newest change that is in it.

  struct Hit {
    const KeptRevision* revision = nullptr;
    Match match;
  };
  /// What revisions say that the viewer may see. In no order.
  std::vector<Hit> match(const domain::policy::Viewer& viewer, const formats::inventory::Item& item,
                         Timestamp now) const;
  /// The revisions of a record that the viewer may see, oldest version first.
  std::vector<const KeptRevision*> revisions(const domain::policy::Viewer& viewer, domain::RecordId record,
                                             Timestamp now) const;

  AdvisoryHistory();
  ~AdvisoryHistory();
  AdvisoryHistory(const AdvisoryHistory&) = delete;
  AdvisoryHistory& operator=(const AdvisoryHistory&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::exposure
