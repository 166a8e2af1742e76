// validate_csaf FILE...: what the CSAF library is for, in forty lines. Validates documents in full mode, and says of
// those that can be read which products are affected.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "base/json.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/csaf/validate/validate.hpp"

namespace csaf = tocsin::formats::csaf;

namespace {

void tell_products(const std::string& bytes) {
  const auto json = tocsin::json::parse(bytes);
  if (!json) return;
  const auto advisory = csaf::read_advisory(json->root());
  if (!advisory) return;
  std::printf("  %s: %zu products, %zu vulnerabilities\n", advisory->header.title.c_str(), advisory->products.size(),
              advisory->vulnerabilities.size());
}

}  // namespace

int main(int count, char** arguments) {
  csaf::Validator validator;  // One per thread: it keeps its memory from document to document.
  bool all_valid = true;
  for (int i = 1; i < count; ++i) {
    std::ifstream file(arguments[i], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    const auto verdict = validator.validate(bytes, csaf::Mode::full);
    std::printf("%s: %s\n", arguments[i], verdict.is_valid() ? "valid" : "not valid");
    for (const auto& finding : verdict.findings) {
      std::printf("  %s %s: %s\n", finding.test.c_str(), finding.path.c_str(), finding.message.c_str());
    }
    tell_products(bytes);
    all_valid = all_valid && verdict.is_valid();
  }
  return all_valid ? 0 : 1;
}
