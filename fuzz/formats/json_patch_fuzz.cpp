// Laws: a patch applies or is refused, and leaves the document alone. What it makes can be undone by replacing the
// whole. A valid document is modified to a valid one, or what the result fails is told. Input: {"document": ...,
// "patch": [...]}.
#include <cstdint>

#include "base/check.hpp"
#include "base/json.hpp"
#include "formats/csaf/operations/json_patch.hpp"
#include "formats/csaf/operations/modify.hpp"
#include "formats/csaf/validate/validate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  namespace csaf = formats::csaf;
  const auto parsed = json::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  const auto* document = json::find(parsed->root(), "document");
  const auto* patch = json::find(parsed->root(), "patch");
  if (document == nullptr || patch == nullptr) return 0;

  const auto before = json::write(*document);
  const auto patched = csaf::apply_patch(*document, *patch);
  TOCSIN_CHECK(json::write(*document) == before);
  if (!patched) {
    TOCSIN_CHECK(!patched.error().message.empty());
    TOCSIN_CHECK(patched.error().where.empty() || patched.error().where.front() == '/');
  } else {
    const boost::json::array undo{{{"op", "test"}, {"path", ""}, {"value", *patched}},
                                  {{"op", "replace"}, {"path", ""}, {"value", *document}}};
    const auto undone = csaf::apply_patch(*patched, undo);
    TOCSIN_CHECK(undone.has_value());
    TOCSIN_CHECK(csaf::equal_json(*undone, *document));
  }

  constexpr Timestamp kMoment{1780272000000000};
  const auto modified = csaf::modify(
      before, {.patch = patch, .revision = {.now = kMoment, .summary = "Changed.", .engine = {"Fuzz", "1"}}});
  if (!modified) return 0;
  const auto text = json::write(modified->document);
  csaf::Validator validator;
  TOCSIN_CHECK(validator.validate(text).is_valid() == modified->is_good());
  return 0;
}
