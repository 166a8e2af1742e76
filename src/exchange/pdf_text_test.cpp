#include "exchange/pdf_text.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exchange/extract.hpp"
#include "exchange/pdf_child.hpp"

namespace tocsin::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A PDF of these pages, by hand; its reader finds the objects without a table of them.
std::string pdf_of(const std::vector<std::string>& pages, std::string_view more = {}) {
  std::string kids, objects;
  int number = 10;
  for (const auto& text : pages) {
    kids += fmt::format("{} 0 R ", number);
    const auto stream =
        text.empty() ? std::string{"0 0 9 9 re f"} : fmt::format("BT /F1 12 Tf 40 700 Td ({}) Tj ET", text);
    objects += fmt::format(
        "{} 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {} 0 R/Resources<</Font<</F1 3 0 "
        "R>>>>>>\nendobj\n{} 0 obj\n<</Length {}>>\nstream\n{}\nendstream\nendobj\n",
        number, number + 1, number + 1, stream.size(), stream);
    number += 2;
  }
  return fmt::format(
      "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count {}/Kids[{}]>>\nendobj\n"
      "3 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Courier>>\nendobj\n4 0 obj\n<</Title(Grey Heron)>>\nendobj\n{}"
      "trailer\n<</Root 1 0 R/Info 4 0 R/Size {}{}>>\n%%EOF\n",
      pages.size(), kids, objects, number, more);
}

class PdfTest : public ::testing::Test {
 protected:
  void SetUp() override { set_pdf_program(std::filesystem::read_symlink("/proc/self/exe").parent_path() / "read_pdf"); }
  void TearDown() override { set_pdf_program({}); }
};

TEST_F(PdfTest, PagesBecomeText) {
  const auto pdf = pdf_of({"C2 at hxxp://c2.heron-pump[.]net/x", "", "CVE-2024-12345"});
  const auto text = pdf_text(pdf);
  ASSERT_TRUE(text) << text.error().to_string();
  EXPECT_EQ(text->title, "Grey Heron");
  ASSERT_EQ(text->pages.size(), 3);
  EXPECT_THAT(text->pages[0], HasSubstr("hxxp://c2.heron-pump[.]net/x"));
  const auto found = extract(pdf, "report.pdf");
  ASSERT_TRUE(found) << found.error().to_string();
  std::vector<std::string> told;
  for (const auto& hit : found->hits) told.push_back(fmt::format("{} p{}", hit.found.value, hit.page));
  EXPECT_THAT(told, ElementsAre("http://c2.heron-pump.net/x p1", "CVE-2024-12345 p3"));
  EXPECT_FALSE(extract("%PDF-1.4", "x", formats::document::Format::text)->hits.size());
}

TEST_F(PdfTest, WhatCannotBeReadIsSaid) {
  const auto locked = ", /Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<" + std::string(64, '4') + ">/U<" +
                      std::string(64, '5') +
                      ">>>/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]";
  struct Case {
    std::string bytes;
    std::string_view says;
  };
  for (const auto& each : {Case{pdf_of({"x"}, locked.substr(1)), "password"}, Case{"%PDF-1.7\nnothing", "broken"},
                           Case{pdf_of({"", ""}), "only pictures"}, Case{"", "broken"}}) {
    const auto text = pdf_text(each.bytes);
    ASSERT_FALSE(text) << each.says;
    EXPECT_EQ(text.error().code, Error::Code::invalid_input);
    EXPECT_THAT(text.error().message, HasSubstr(each.says));
  }
  EXPECT_EQ(pdf_text(std::string(formats::document::kDocumentBytesMax + 1, 'x')).error().code, Error::Code::too_large);
}

TEST_F(PdfTest, ChildrenAreKeptWithinLimits) {
  const auto pdf = pdf_of({"one page"});
  EXPECT_EQ(pdf_text(pdf, {.deadline_ms = 0}).error().code, Error::Code::timeout);
  const auto little = pdf_text(pdf_of({"a first page", "a second page"}), {.text_bytes_max = 20});
  ASSERT_TRUE(little) << little.error().to_string();
  EXPECT_TRUE(little->cut);
  // Writes without end, and never reads.
  set_pdf_program("/usr/bin/yes");
  EXPECT_FALSE(pdf_text(pdf, {.text_bytes_max = 1'000}).has_value() && !pdf_text(pdf, {.text_bytes_max = 1'000})->cut);
  // Closes its output and stays.
  const auto script = std::filesystem::temp_directory_path() / fmt::format("tocsin-stays-{}", ::getpid());
  std::ofstream{script} << "#!/bin/sh\nexec >&-\nexec sleep 600\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  set_pdf_program(script);
  EXPECT_EQ(pdf_text(pdf, {.deadline_ms = 100}).error().code, Error::Code::invalid_input);
  std::filesystem::remove(script);
  // Ends badly; is none; is not there.
  set_pdf_program("/bin/false");
  EXPECT_EQ(pdf_text(pdf).error().code, Error::Code::invalid_input);
  set_pdf_program("/nonexistent/reader");
  EXPECT_EQ(pdf_text(pdf).error().code, Error::Code::unavailable);
  set_pdf_program({});
  EXPECT_EQ(pdf_text(pdf).error().code, Error::Code::invalid_input);
}

TEST_F(PdfTest, WhatReadsThemMayDoLittleElse) {
  const bool has_landlock = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
  const pid_t child = ::fork();
  if (child == 0) {
    if (!give_everything_away()) ::_exit(1);
    const auto refused = [](long answer) { return answer < 0 && errno == EPERM; };
    if (!refused(::open("/dev/null", O_WRONLY))) ::_exit(2);
    if (!refused(::open("/tmp", O_RDWR | O_TMPFILE, 0600))) ::_exit(3);
    if (!refused(::socket(AF_INET, SOCK_STREAM, 0))) ::_exit(4);
    if (!refused(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr))) ::_exit(5);
    char* nothing[] = {nullptr};
    if (!refused(::execve("/bin/true", nothing, nothing))) ::_exit(6);
    if (!refused(::kill(::getppid(), 0))) ::_exit(7);
    if (::open("/dev/null", O_RDONLY) < 0) ::_exit(8);
    rlimit files{};
    if (::getrlimit(RLIMIT_FSIZE, &files) != 0 || files.rlim_max != 0) ::_exit(9);
    // Where the kernel has Landlock.
    if (has_landlock && ::open("/etc/passwd", O_RDONLY) >= 0) ::_exit(10);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "which of them was let through";
}

}  // namespace
}  // namespace tocsin::exchange
