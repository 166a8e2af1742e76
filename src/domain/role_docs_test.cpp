#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/role.hpp"

namespace tocsin::domain {
namespace {

std::string documentation() {
  std::ifstream in(TOCSIN_SOURCE_DIR "/docs/policy.md");
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

TEST(PermissionTable, IsThatOfTheDocumentation) {
  std::string head = "| permission |", line = "| --- |", rows;
  for (const auto role : all_roles()) {
    head += fmt::format(" {} |", slug(role));
    line += " --- |";
  }
  for (const auto permission : all_permissions()) {
    rows += fmt::format("| `{}` |", slug(permission));
    for (const auto role : all_roles()) rows += allows({role}, permission) ? " yes |" : " |";
    rows += "\n";
  }
  EXPECT_THAT(documentation(), ::testing::HasSubstr(head + "\n" + line + "\n" + rows + "\n"))
      << "docs/policy.md: the table of permissions is\n"
      << head << "\n"
      << line << "\n"
      << rows;
}

}  // namespace
}  // namespace tocsin::domain
