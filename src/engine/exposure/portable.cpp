#include "engine/exposure/portable.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/packing.hpp"
#include "base/text.hpp"
#include "engine/exposure/advisory_pack.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/portable_form.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;

struct Packed {
  std::int64_t revision = 0;
  std::pair<std::string, std::string> order;  ///< Publisher and tracking id.
  std::string bytes;                          ///< Empty: cannot be read.
};
using PackedPtr = std::shared_ptr<const Packed>;

struct Visible {
  domain::RecordId record;
  domain::RevisionId revision;
  std::string slug, title;
  PackedPtr packed;
};

Packed pack(domain::RevisionId revision, std::string_view document) {
  Packed made{.revision = revision.value, .order = {}, .bytes = {}};
  const auto parsed = json::parse(document);
  if (!parsed) return made;  // The search index has logged it.
  const auto advisory = csaf::read_advisory(parsed->root());
  if (!advisory) return made;
  made.order = {advisory->header.publisher_namespace, text::lower_ascii(advisory->header.tracking_id)};
  made.bytes = pack_advisory(*advisory);
  return made;
}

}  // namespace

struct PortableAdvisories::State {
  std::mutex mutex;
  HashMap<std::int64_t, PackedPtr> by_record;  ///< Under mutex.

  PackedPtr find(const Visible& each) {
    const std::lock_guard lock(mutex);
    const auto found = by_record.find(each.record.value);
    return found == by_record.end() || found->second->revision != each.revision.value ? nullptr : found->second;
  }
  void put(const Visible& each) {
    const std::lock_guard lock(mutex);
    by_record[each.record.value] = each.packed;
  }
};

PortableAdvisories::PortableAdvisories() : state_(std::make_unique<State>()) {}
PortableAdvisories::~PortableAdvisories() = default;

Result<std::string> PortableAdvisories::of(store::Database& database, const domain::policy::Viewer& viewer,
                                           Timestamp now) {
  std::vector<Visible> all;
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> tocsin::Status {
    store::Sql sql{
        "SELECT r.id, r.current_revision_id, r.slug, r.title FROM record r WHERE r.kind = ? AND r.status = ? AND ",
        domain::RecordKind::advisory, domain::RecordStatus::published};
    sql.append(domain::policy::visible_sql(viewer, now));
    TRY(all, connection.all(sql, [](const store::Row& row) {
      return Visible{.record = domain::RecordId{row.integer(0)},
                     .revision = domain::RevisionId{row.integer(1)},
                     .slug = std::string{row.text(2)},
                     .title = std::string{row.text(3)},
                     .packed = nullptr};
    }));
    store::Records records{connection};
    for (auto& each : all) {
      each.packed = state_->find(each);
      if (each.packed != nullptr) continue;
      TRY(const auto document, records.document(each.record, each.revision));
      each.packed = std::make_shared<const Packed>(pack(each.revision, document ? *document : std::string{}));
      state_->put(each);
    }
    return ok();
  }));
  std::erase_if(all, [](const Visible& each) { return each.packed->bytes.empty(); });
  std::ranges::sort(all, {}, [](const Visible& each) -> const auto& { return each.packed->order; });
  std::string file;
  PackWriter out{file};
  out.text(kPortableForm);
  out.number(all.size());
  for (const auto& each : all) {
    out.text(each.slug);
    out.text(each.title);
    out.text(each.packed->bytes);
  }
  return file;
}

}  // namespace tocsin::engine::exposure
