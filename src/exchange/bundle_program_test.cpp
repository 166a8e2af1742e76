#include "exchange/bundle_program.hpp"

#include <filesystem>

#include <elf.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "exchange/testing.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

using ::testing::HasSubstr;

class BundleProgramTest : public ::testing::Test {
 protected:
  std::string bundle_of(const std::vector<std::string>& programs) {
    BundleManifest manifest;
    manifest.sequence = 1;
    manifest.created = store_testing::kTestNow;
    std::vector<std::string> contents{"{}"};
    manifest.entries.push_back({.kind = "other", .name = "x", .bytes = 0, .sha512 = {}, .tlp = {}, .audience = {}});
    for (const auto& each : programs) {
      manifest.entries.push_back(
          {.kind = "program", .name = "tocsin", .bytes = 0, .sha512 = {}, .tlp = {}, .audience = {}});
      contents.push_back(each);
    }
    auto sealed = seal_bundle(manifest, contents, key_);
    EXPECT_TRUE(sealed) << sealed.error().message;
    return sealed->bytes;
  }
  Result<ProgramTaken> take(const std::string& bundle, const std::string& name, std::string_view machine = {}) {
    TRY(const auto opened, Bundle::open(bundle, key_.public_key()));
    return take_program(opened, machine, folder_.file(name));
  }
  /// A program that ends at once and well, for this machine.
  static std::string small() { return testing::read_file("/bin/true"); }
  static std::string for_machine(std::string bytes, std::uint16_t number) {
    bytes[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(number & 0xff);
    bytes[offsetof(Elf64_Ehdr, e_machine) + 1] = static_cast<char>(number >> 8);
    return bytes;
  }
  /// Exit code of a program with one argument; -1: it did not start.
  static int run(const std::string& path, std::string argument) {
    std::string name = path;
    char* arguments[] = {name.data(), argument.data(), nullptr};
    char* environment[] = {nullptr};
    pid_t child = 0;
    if (::posix_spawn(&child, path.c_str(), nullptr, nullptr, arguments, environment) != 0) return -1;
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  testing::TemporaryFolder folder_;
  SigningKey key_ = SigningKey::random();
};

TEST_F(BundleProgramTest, WhatRunsHereRunsAsTakenOut) {
  const auto program = read_program(small());
  ASSERT_TRUE(program) << program.error().message;
  EXPECT_EQ(program->machine, *own_machine());
  const auto bundle = bundle_of({program->bytes});
  const auto taken = take(bundle, "out");
  ASSERT_TRUE(taken) << taken.error().to_string();
  EXPECT_EQ(taken->sha512, sha512_hex(testing::read_file(folder_.file("out"))));
  EXPECT_EQ(taken->bytes, program->bytes.size());
  EXPECT_EQ(run(folder_.file("out"), "x"), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("out.part")));
  const auto again = take(bundle, "out");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Error::Code::conflict);
}

/// What only debuggers read is most of a program that was built for finding faults.
TEST_F(BundleProgramTest, TheRunningProgramGoesWithoutWhatDebuggersRead) {
  const auto own = own_program();
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_LT(own->bytes.size(), std::filesystem::file_size("/proc/self/exe"));
  EXPECT_EQ(read_program(own->bytes)->bytes, own->bytes) << "once is enough";
  folder_.write("own", own->bytes);
  ::chmod(folder_.file("own").c_str(), 0700);
  EXPECT_EQ(run(folder_.file("own"), "--gtest_list_tests"), 0);
}

TEST_F(BundleProgramTest, AnotherMachinesIsToldPlainly) {
  const auto here = read_program(small())->bytes;
  const bool is_arm = *own_machine() == "aarch64";
  const auto there = for_machine(here, is_arm ? EM_X86_64 : EM_AARCH64);
  const std::string name = is_arm ? "x86_64" : "aarch64";
  const auto only = bundle_of({there});
  const auto refused = take(only, "out");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::not_found);
  EXPECT_EQ(
      refused.error().message,
      fmt::format("The bundle brings Tocsin for {}, and not for {}: there it would not start", name, *own_machine()));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("out")));
  EXPECT_EQ(take(only, "other", name)->machine, name) << "for carrying it on";
  const auto both = bundle_of({there, here});
  EXPECT_EQ(take(both, "mine")->machine, *own_machine());
  EXPECT_EQ(take(both, "theirs", name)->machine, name);
  EXPECT_EQ(testing::read_file(folder_.file("theirs")), there);
  const auto none = take(bundle_of({}), "none");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("No program"));
}

TEST_F(BundleProgramTest, AChangedOneIsNotWritten) {
  const auto good = bundle_of({read_program(small())->bytes});
  for (const auto at : {good.size() - 1, good.size() / 2, std::size_t{100}}) {
    auto changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(take(changed, "out")) << at;
    EXPECT_FALSE(std::filesystem::exists(folder_.file("out")));
  }
}

TEST_F(BundleProgramTest, OtherFilesAreNoPrograms) {
  const auto good = small();
  const auto with = [&](std::size_t at, char value) {
    auto bytes = good;
    bytes[at] = value;
    return bytes;
  };
  const std::pair<std::string, std::string> cases[] = {
      {"", "does not begin"},
      {"#!/bin/sh\nexit 0\n" + std::string(100, ' '), "does not begin"},
      {with(EI_CLASS, 9), "no sense"},
      {with(EI_DATA, 9), "no sense"},
      {with(offsetof(Elf64_Ehdr, e_type), ET_REL), "pieces"},
      {good.substr(0, 64), "cut off"},
      {good.substr(0, 2000), "cut off"},
      {with(offsetof(Elf64_Ehdr, e_phoff) + 6, 1), "cut off"},
      {with(offsetof(Elf64_Ehdr, e_phoff) + 7, '\xff'), "cut off"},
      {with(offsetof(Elf64_Ehdr, e_phnum) + 1, '\xff'), "nothing of it"},
      {[&] {
         auto bytes = good;
         bytes[offsetof(Elf64_Ehdr, e_phnum)] = bytes[offsetof(Elf64_Ehdr, e_phnum) + 1] = 0;
         return bytes;
       }(),
       "nothing of it"},
  };
  for (const auto& [bytes, says] : cases) {
    const auto read = read_program(bytes);
    ASSERT_FALSE(read) << says;
    EXPECT_THAT(read.error().message, HasSubstr(says));
  }
  // Cut at any place of its head.
  for (std::size_t size = 0; size < 1000; ++size) EXPECT_FALSE(read_program(good.substr(0, size))) << size;
}

}  // namespace
}  // namespace tocsin::exchange
