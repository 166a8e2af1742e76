#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// Sharing groups of CSAF 2.1 (section 3.2.2.5.1): 6.1.38 to 6.1.41, 6.2.28 to 6.2.30.
namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kMaxUuid = "ffffffff-ffff-ffff-ffff-ffffffffffff";
constexpr std::string_view kNilUuid = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kMaxName = "Public";
constexpr std::string_view kNilName = "No sharing allowed";

/// Upper case is against the schema, but no other id.
bool is_max(std::string_view id) noexcept { return text::equals_ignore_case_ascii(id, kMaxUuid); }

void non_public_sharing_group_with_max_uuid(const Model& model, Sink& sink) {
  const auto distribution = model.document["distribution"];
  if (!is_max(distribution["sharing_group"].text_at("id"))) return;
  const auto label = distribution["tlp"]["label"];
  if (label.text() == "CLEAR") return;
  constexpr Message mend = message<"Remove sharing_group, or give it the id of the group that may see the document.">;
  if (label) {
    sink.add(label, tr<"the sharing group is Public (Max UUID), but the TLP label is '{}'">(label.text()), mend);
  } else {
    sink.add(distribution, "/tlp/label",
             tr<"the sharing group is Public (Max UUID), but there is no TLP label CLEAR">(), mend);
  }
}

void public_sharing_group_with_no_max_uuid(const Model& model, Sink& sink) {
  const auto distribution = model.document["distribution"];
  if (distribution["tlp"].text_at("label") != "CLEAR") return;
  const auto id = distribution["sharing_group"]["id"];
  if (!id.is_string() || is_max(id.text()) || (id.text() == kNilUuid && model.status == "draft")) return;
  sink.add(id, tr<"the document is TLP:CLEAR, but its sharing group is '{}'">(id.text()),
           tr<"Remove sharing_group, or use the Max UUID {}.">(kMaxUuid));
}

void invalid_sharing_group_name(const Model& model, Sink& sink) {
  const auto group = model.document["distribution"]["sharing_group"];
  const auto name = group["name"];
  const auto id = group.text_at("id");
  const auto check = [&](std::string_view reserved, std::string_view uuid, bool fulfilled) {
    if (name.text() != reserved || fulfilled) return;
    sink.add(name, tr<"the sharing group name '{}' is reserved for the id {}">(reserved, uuid),
             tr<"Give the sharing group a name of its own, or none.">());
  };
  check(kMaxName, kMaxUuid, is_max(id));
  check(kNilName, kNilUuid, id == kNilUuid);
}

void missing_sharing_group_name(const Model& model, Sink& sink) {
  const auto group = model.document["distribution"]["sharing_group"];
  const auto id = group.text_at("id");
  std::string_view expected;
  if (is_max(id)) {
    expected = kMaxName;
  } else if (id == kNilUuid) {
    expected = kNilName;
  } else {
    return;
  }
  const auto name = group["name"];
  if (name.text() == expected) return;
  const auto mend = tr<"Set the name to '{}'.">(expected);
  if (name) {
    sink.add(name, tr<"the sharing group {} is not named '{}'">(id, expected), mend);
  } else {
    sink.add(group, "/name", tr<"the sharing group {} has no name">(id), mend);
  }
}

void check_uuid(const Model& model, Sink& sink, bool unwanted(std::string_view), std::string_view name) {
  const auto id = model.document["distribution"]["sharing_group"]["id"];
  if (!id.is_string() || !unwanted(id.text())) return;
  sink.add(id, tr<"the sharing group is the {} UUID, which names no group">(name),
           tr<"Remove sharing_group, or give it the id of the group that may see the document.">());
}

void usage_of_max_uuid(const Model& model, Sink& sink) {
  check_uuid(model, sink, [](std::string_view id) { return is_max(id); }, "Max");
}

void usage_of_nil_uuid(const Model& model, Sink& sink) {
  check_uuid(model, sink, [](std::string_view id) { return id == kNilUuid; }, "Nil");
}

void usage_of_sharing_group_on_tlp_clear(const Model& model, Sink& sink) {
  const auto distribution = model.document["distribution"];
  const auto group = distribution["sharing_group"];
  if (!group || distribution["tlp"].text_at("label") != "CLEAR") return;
  sink.add(group, tr<"the document is TLP:CLEAR, but names a sharing group">(),
           tr<"Remove sharing_group: everybody may see it.">());
}

constexpr Test kTests[] = {
    {.id = "6.1.38", .in_2_0 = false, .run = non_public_sharing_group_with_max_uuid},
    {.id = "6.1.39", .in_2_0 = false, .run = public_sharing_group_with_no_max_uuid},
    {.id = "6.1.40", .in_2_0 = false, .run = invalid_sharing_group_name},
    {.id = "6.1.41", .in_2_0 = false, .run = missing_sharing_group_name},
    {.id = "6.2.28", .in_2_0 = false, .run = usage_of_max_uuid},
    {.id = "6.2.29", .in_2_0 = false, .run = usage_of_nil_uuid},
    {.id = "6.2.30", .in_2_0 = false, .run = usage_of_sharing_group_on_tlp_clear},
};

}  // namespace

std::span<const Test> sharing_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
